import { describe, expect, it } from 'vitest';
import { PlayedQemu } from '../../test/played-qemu.js';

/** A guest that was introduced where it stands. */
const introduced = async (runState: string, migration: object, capabilities = ['events']) => {
  const qemu = new PlayedQemu();
  Object.assign(qemu, { runState, migration, capabilities });
  await qemu.watched().introduce();
  qemu.clock.advance(100);
  return qemu;
};

const sent = (status: string) => ({ status, 'total-time': 10 });
const none: readonly string[] = [];

describe('GuestWatch, where events come out of their order', () => {
  type Play = (qemu: PlayedQemu) => Promise<void> | void;
  it.each<[string, [runState: string, migration: object], Play, readonly string[]]>([
    [
      'RESUME twice',
      ['paused', {}],
      (qemu) => {
        const resume = qemu.happens('RESUME');
        resume();
        resume();
      },
      ['resumed'],
    ],
    [
      'RESUME again after the STOP that followed',
      ['paused', {}],
      (qemu) => {
        const resume = qemu.happens('RESUME');
        resume();
        qemu.happens('STOP')();
        resume();
      },
      ['resumed', 'stopped'],
    ],
    [
      'each of a source twice',
      ['running', {}],
      (qemu) => {
        const all = ['setup', 'active'].map((status) => qemu.migrates(status));
        all.push(qemu.happens('STOP'), qemu.migrates('completed'));
        qemu.runState = 'postmigrate';
        qemu.migration = sent('completed');
        for (const deliver of [...all, ...all]) deliver();
      },
      ['outgoing', 'stopped', 'left'],
    ],
    [
      'RESET twice',
      ['running', {}],
      (qemu) => {
        const reset = qemu.happens('RESET');
        reset();
        reset();
      },
      ['reset', 'changed'],
    ],
    [
      'a STOP behind the RESUME that followed it',
      ['running', {}],
      (qemu) => {
        const stop = qemu.happens('STOP');
        qemu.happens('RESUME')();
        stop();
      },
      ['resumed'],
    ],
    [
      'a RESUME behind the STOP that followed it',
      ['paused', {}],
      (qemu) => {
        const resume = qemu.happens('RESUME');
        qemu.happens('STOP')();
        resume();
      },
      ['stopped'],
    ],
    [
      'a STOP from before the guest was asked, though it runs',
      ['running', {}],
      (qemu) => qemu.hear({ name: 'STOP', data: undefined, stampedAt: qemu.clock.now() - 1000 }),
      none,
    ],
    [
      'a RESUME from before the guest was asked, though it stands',
      ['postmigrate', sent('completed')],
      (qemu) => qemu.hear({ name: 'RESUME', data: undefined, stampedAt: qemu.clock.now() - 1000 }),
      none,
    ],
    [
      'what a guest did that came in and stands, from before it was asked',
      ['paused', { status: 'completed' }],
      (qemu) => {
        for (const [name, ago] of [
          ['RESUME', 900],
          ['STOP', 800],
        ] as const) {
          qemu.hear({ name, data: undefined, stampedAt: qemu.clock.now() - ago });
        }
      },
      none,
    ],
    [
      'a late RESUME, and the next one never',
      ['paused', {}],
      (qemu) => {
        const late = qemu.happens('RESUME');
        qemu.happens('STOP')();
        qemu.happens('RESUME');
        late();
      },
      ['stopped', 'resumed'],
    ],
    [
      'a late STOP, and the next one never',
      ['running', {}],
      (qemu) => {
        const late = qemu.happens('STOP');
        qemu.happens('RESUME')();
        qemu.happens('STOP');
        late();
      },
      ['resumed', 'stopped'],
    ],
    [
      'a status behind the last one',
      ['running', {}],
      (qemu) => {
        const active = qemu.migrates('active');
        qemu.happens('STOP')();
        qemu.migrates('completed')();
        qemu.runState = 'postmigrate';
        qemu.migration = sent('completed');
        active();
      },
      ['stopped', 'outgoing', 'left'],
    ],
    [
      'the last status of a source before its STOP: it has left once it stands',
      ['running', {}],
      (qemu) => {
        qemu.migrates('active')();
        const stop = qemu.happens('STOP');
        qemu.migrates('completed')();
        qemu.runState = 'postmigrate';
        qemu.migration = sent('completed');
        stop();
      },
      ['outgoing', 'left', 'stopped', 'left'],
    ],
    [
      'the last status of a guest that was saved while it ran, and later a STOP',
      ['running', {}],
      (qemu) => {
        qemu.migrates('active')();
        qemu.migrates('completed')();
        qemu.migration = sent('completed');
        qemu.happens('STOP')();
      },
      ['outgoing', 'left', 'stopped'],
    ],
    [
      'a RESUME before the end of the migration that was cancelled',
      ['running', {}],
      (qemu) => {
        qemu.migrates('active')();
        qemu.happens('STOP')();
        const cancelled = qemu.migrates('cancelled');
        qemu.happens('RESUME')();
        qemu.migration = { status: 'cancelled' };
        cancelled();
      },
      ['outgoing', 'stopped', 'resumed', 'failed'],
    ],
    [
      'all that a destination tells, backwards',
      ['inmigrate', {}],
      (qemu) => {
        const all = ['setup', 'active', 'completed'].map((status) => qemu.migrates(status));
        all.push(qemu.happens('RESUME'));
        qemu.migration = { status: 'completed' };
        for (const deliver of all.reverse()) deliver();
      },
      ['resumed', 'incoming', 'loaded'],
    ],
    [
      'RESUME, after the clock was set back',
      ['running', {}],
      (qemu) => {
        qemu.happens('STOP')();
        qemu.clock.step(-3_600_000);
        qemu.happens('RESUME')();
      },
      ['stopped', 'resumed'],
    ],
    [
      'RESUME, STOP and RESUME, after the clock was set back',
      ['running', {}],
      async (qemu) => {
        qemu.happens('STOP')();
        qemu.clock.step(-3_600_000);
        qemu.happens('RESUME')();
        await qemu.rest();
        qemu.happens('STOP')();
        qemu.happens('RESUME')();
      },
      ['stopped', 'resumed', 'stopped', 'resumed'],
    ],
    [
      'events of a QEMU that has no clock, as they come',
      ['running', {}],
      (qemu) => {
        for (const name of ['STOP', 'RESUME', 'STOP']) qemu.hear({ name, data: undefined });
        qemu.runState = 'paused';
      },
      ['stopped', 'resumed', 'stopped'],
    ],
  ])('reports what is true: %s', async (_, [runState, migration], play, facts) => {
    const qemu = await introduced(runState, migration);
    const before = qemu.told.events.length;
    await play(qemu);
    await qemu.rest();
    expect(qemu.told.events.slice(before)).toEqual(facts);
  });

  it.each([0, -3_600_000])(
    'reports the first RESUME of a guest that waits at once: clock set by %i ms',
    async (step) => {
      const qemu = await introduced('inmigrate', {});
      qemu.clock.step(step);
      qemu.happens('RESUME')();
      expect(qemu.told.events).toEqual(['appeared', 'resumed', 'incoming']);
    },
  );

  it('asks nothing more where all is in order', async () => {
    const qemu = await introduced('inmigrate', {});
    const { length } = qemu.asked;
    for (const status of ['setup', 'active', 'completed']) qemu.migrates(status)();
    qemu.happens('RESUME')();
    for (const status of ['setup', 'active']) qemu.migrates(status)();
    qemu.happens('STOP')();
    qemu.migrates('completed')();
    await qemu.rest();
    expect(qemu.asked.slice(length)).toEqual([]);
  });

  it('looks again where a look fails, and tells of it', async () => {
    const qemu = await introduced('paused', {});
    const late = qemu.happens('RESUME');
    qemu.happens('STOP')();
    qemu.happens('RESUME');
    qemu.runState = 'x'.repeat(65); // no reply that can be
    late();
    await qemu.rest();
    expect(qemu.told.events).toEqual(['appeared', 'stopped', 'warning']);
    qemu.runState = 'running';
    qemu.clock.advance(1000);
    await qemu.rest();
    expect(qemu.told.events).toEqual(['appeared', 'stopped', 'warning', 'resumed']);
  });

  it("tells when a guest stopped by QEMU's own stamp, and none where that it stopped was only seen", async () => {
    const stops = (qemu: PlayedQemu) =>
      qemu.told.heard.flatMap(({ event, fact }) => (event === 'stopped' ? [fact] : []));
    const told = await introduced('running', {});
    const stop = told.happens('STOP');
    const stampedAt = told.clock.now() - 10;
    stop();
    expect(stops(told)).toMatchObject([{ stoppedAt: stampedAt }]);
    const seen = await introduced('running', {});
    const late = seen.happens('RESUME');
    seen.happens('RESUME')();
    seen.happens('STOP'); // it is lost
    late(); // so it is asked where it stands
    await seen.rest();
    expect(stops(seen)).toHaveLength(1);
    expect(stops(seen)[0]).not.toHaveProperty('stoppedAt');
  });

  it('believes no look that an event came between', async () => {
    const qemu = await introduced('paused', {});
    const late = qemu.happens('RESUME');
    qemu.happens('STOP')();
    const held = qemu.hold('query-status');
    late();
    const release = await held;
    qemu.happens('RESUME')();
    release(); // it stands, says the reply: it did, before
    await qemu.rest();
    expect(qemu.told.events).toEqual(['appeared', 'stopped', 'resumed']);
  });
});

describe('GuestWatch, where a reply of query-migrate is overtaken', () => {
  it('by the RESUME of a destination', async () => {
    const qemu = await introduced('inmigrate', {}, []);
    qemu.migration = { status: 'active' };
    const held = qemu.hold('query-migrate');
    qemu.clock.advance(1000);
    const release = await held;
    qemu.happens('RESUME')();
    qemu.migration = { status: 'completed' };
    release();
    await qemu.rest();
    expect(qemu.told.events).toEqual(['appeared', 'resumed', 'incoming', 'loaded']);
  });

  it('by the end of a COLO pair, whose primary goes on alone', async () => {
    const qemu = await introduced('running', sent('active'), []);
    qemu.migration = { status: 'colo' };
    qemu.clock.advance(1000);
    await qemu.rest();
    const held = qemu.hold('query-migrate');
    qemu.clock.advance(1000);
    const release = await held;
    qemu.happens('COLO_EXIT', { mode: 'primary', reason: 'request' })();
    qemu.migration = sent('completed');
    release();
    await qemu.rest();
    expect(qemu.told.events).toEqual(['appeared', 'outgoing', 'failed']);
  });

  it('and overtakes the STOP of a source', async () => {
    const qemu = await introduced('running', sent('active'), []);
    const stop = qemu.happens('STOP');
    qemu.migration = sent('completed');
    qemu.runState = 'postmigrate';
    qemu.clock.advance(1000);
    await qemu.rest();
    stop();
    await qemu.rest();
    expect(qemu.told.events).toEqual(['appeared', 'outgoing', 'left', 'stopped', 'left']);
  });

  it('by more events than are worth to wait for', async () => {
    const qemu = await introduced('running', sent('active'), []);
    let left = 20;
    qemu.onAsked = (command) => {
      if (command !== 'query-migrate' || left === 0) return;
      left -= 1;
      qemu.happens(qemu.runState === 'running' ? 'STOP' : 'RESUME')();
      if (qemu.told.events.includes('failed')) left = 0;
    };
    qemu.migration = { status: 'cancelled' };
    qemu.clock.advance(1000);
    await qemu.rest();
    expect(qemu.told.events).toContain('failed');
    expect(left).toBe(0);
    expect(qemu.asked.filter((command) => command === 'query-migrate').length).toBeLessThan(10);
  });
});
