import type { Guest } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { PlayedQemu } from '../../test/played-qemu.js';
import type { QemuProcess } from './guest-background.js';

const sent = (status: string) => ({ status, 'total-time': 10 });

describe('GuestWatch, where a guest moves while it is introduced', () => {
  /** Introduces a guest, running `moves` as soon as the first such command was answered. */
  const during = async (
    start: Partial<PlayedQemu>,
    command: string,
    moves: (qemu: PlayedQemu) => ReadonlyArray<() => void>,
  ): Promise<PlayedQemu> => {
    const qemu = new PlayedQemu();
    Object.assign(qemu, start);
    const held = qemu.hold(command);
    const introducing = qemu.watched().introduce();
    const release = await held;
    for (const deliver of moves(qemu)) deliver();
    release();
    await introducing;
    await qemu.rest();
    return qemu;
  };

  it.each<
    [
      string,
      Partial<PlayedQemu>,
      string,
      (qemu: PlayedQemu) => ReadonlyArray<() => void>,
      string,
      readonly string[],
    ]
  >([
    [
      'resumes after it was asked',
      { runState: 'inmigrate' },
      'query-status',
      (qemu) => [qemu.happens('RESUME')],
      'incoming',
      ['resumed', 'incoming'],
    ],
    [
      'comes in between the questions',
      { runState: 'inmigrate' },
      'query-status',
      (qemu) => {
        const all = [qemu.migrates('active'), qemu.happens('RESUME'), qemu.migrates('completed')];
        qemu.migration = { status: 'completed' };
        return all.reverse();
      },
      'incoming',
      ['incoming', 'loaded', 'resumed'],
    ],
    [
      'leaves between the questions',
      { runState: 'running' },
      'query-status',
      (qemu) => {
        const all = [qemu.migrates('active'), qemu.happens('STOP'), qemu.migrates('completed')];
        qemu.migration = sent('completed');
        qemu.runState = 'postmigrate';
        return all;
      },
      'running',
      ['stopped', 'left'],
    ],
    [
      'leaves between the questions, of which nothing comes before the STOP, late',
      { runState: 'running' },
      'query-status',
      (qemu) => {
        const stop = qemu.happens('STOP');
        qemu.migration = sent('completed');
        qemu.runState = 'postmigrate';
        setImmediate(stop);
        return [];
      },
      'running',
      ['stopped', 'left'],
    ],
    [
      'has left, and what it told comes now',
      { runState: 'postmigrate', migration: sent('completed') },
      'query-version',
      (qemu) => {
        const all = [qemu.migrates('active'), qemu.happens('STOP'), qemu.migrates('completed')];
        qemu.runState = 'postmigrate';
        return all;
      },
      'migrated-away',
      [],
    ],
    [
      'is stopped and resumed before the reply is read',
      { runState: 'running' },
      'query-status',
      (qemu) => [qemu.happens('STOP'), qemu.happens('RESUME')].reverse(),
      'running',
      ['stopped', 'resumed'],
    ],
    [
      'is stopped and resumed, without a clock and told the wrong way round',
      { runState: 'running' },
      'query-status',
      (qemu) => ['RESUME', 'STOP'].map((name) => () => qemu.hear({ name, data: undefined })),
      'running',
      ['stopped', 'resumed'],
    ],
  ])('reports one that %s', async (_, start, command, moves, phase, facts) => {
    const qemu = await during(start, command, moves);
    expect(qemu.told.heard[0]).toMatchObject({ event: 'appeared', fact: { phase } });
    expect(qemu.told.events.slice(1)).toEqual(facts);
  });

  it.each([true, false])('reports it only where it may: %s', async (may) => {
    const qemu = new PlayedQemu();
    const watch = qemu.watched();
    const mayReport = (standing: () => unknown): boolean => {
      expect(standing()).toMatchObject({ phase: 'running', identity: { name: 'web-1' } });
      return may;
    };
    expect(await watch.introduce({ mayReport })).toBe(may ? 'reported' : 'refused');
    watch.end();
    expect([watch.appeared, qemu.told.events]).toEqual([may, may ? ['appeared', 'gone'] : []]);
  });

  it('tells the holder of its NICs, and of the change, where its process is known only later', async () => {
    const qemu = new PlayedQemu();
    const incarnation = { bootId: 'b', pid: 7, startTicks: 9 };
    let know: (process: QemuProcess) => void = () => {};
    const later = new Promise<QemuProcess>((resolve) => {
      know = resolve;
    });
    const watch = qemu.watched();
    const process = Promise.resolve({ incarnation, isQemu: undefined });
    await watch.introduce({ process, processLater: () => later });
    const [{ guest } = {}] = qemu.told.heard.map(({ fact }) => fact as { readonly guest?: Guest });
    const holders = async () => {
      const nics = await guest?.nics({ signal: new AbortController().signal });
      return nics?.map(({ backend }) => backend?.holder);
    };
    expect(new Set(await holders())).toEqual(new Set([undefined]));
    know({ incarnation, isQemu: true });
    await qemu.rest();
    expect(qemu.told.events).toEqual(['appeared', 'changed']);
    expect(await holders()).toContainEqual(incarnation);
    watch.close();
  });

  it('looks no more once it is closed, whatever its transport still answers', async () => {
    const qemu = new PlayedQemu();
    const watch = qemu.watched();
    await watch.introduce();
    const late = qemu.happens('STOP');
    qemu.happens('RESUME')();
    qemu.runState = 'paused'; // of which the look would tell
    const held = qemu.hold('query-status');
    late();
    const release = await held;
    watch.close();
    release();
    await qemu.rest();
    expect([qemu.told.events, qemu.clock.timers]).toEqual([['appeared', 'resumed'], []]);
  });

  it('is closed by whoever hears of the guest', async () => {
    const qemu = new PlayedQemu();
    const watch = qemu.watched();
    qemu.told.hears = () => watch.close();
    const introducing = watch.introduce();
    qemu.happens('STOP')();
    await introducing;
    await qemu.rest();
    expect([qemu.told.events, qemu.clock.timers]).toEqual([['appeared'], []]);
  });

  it('says nothing once it is closed', async () => {
    const qemu = new PlayedQemu();
    const watch = qemu.watched();
    const confirmed = Promise.resolve().then(() => watch.close());
    expect(await watch.introduce({ confirmed })).toBe('over');
    qemu.happens('RESUME')();
    expect([qemu.told.events, qemu.clock.timers]).toEqual([[], []]);
  });
});
