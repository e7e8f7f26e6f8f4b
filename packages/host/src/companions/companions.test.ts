import type { AnnouncementCompanion, FrameDirection, PreparedBatch } from '@nic-herald/core';
import { MAX_SECTION_BYTES } from '@nic-herald/core/internal';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { CARD, never, nicOf } from '../../test/fake-guest.js';
import { type Deeds, NotingCompanion } from '../../test/noting-companion.js';
import { residing, snapshotOf, type TestHostOptions, waiting } from '../../test/test-host.js';

const ROUNDS = [0, 50, 200, 450, 800];
const QUIET = { policy: { multicastRefresh: false } } as const satisfies TestHostOptions;
const cyclic: unknown[] = [];
cyclic.push(cyclic);
const thrown = (): never => {
  throw new Error('broken');
};

/** A guest about to come to a host with a companion, and another one that is sound. */
const accompanied = async (deeds: Deeds = {}, options: TestHostOptions = QUIET) => {
  const clock = new FakeClock();
  clocks.now = clock;
  const companion = new NotingCompanion(clock, deeds);
  const sound = new NotingCompanion(clock, { over: () => 'sound' }, 'sound');
  const { test, guest } = await waiting(snapshotOf(), { ...options, clock, companions: [companion, sound] });
  return { test, guest, clock, companion, sound };
};

describe('a companion', () => {
  it('hears of an announcement in order, each time after the frames', async () => {
    const { test, guest, clock, companion } = await accompanied();
    expect(companion.heard).toEqual(['0 accompany', '0 armed']);
    await clock.advance(500);
    test.resume(guest);
    expect([test.sink.frames.length, companion.heard.length]).toEqual([4, 2]); // the frames first
    await clock.advance(2000);
    expect(companion.heard.slice(2)).toEqual([
      '500 fired',
      '500 round 1',
      '500 changed',
      ...ROUNDS.slice(1).map((at, index) => `${500 + at} round ${index + 2}`),
      '1300 over',
      '1300 close',
    ]);
    expect([test.reports.length, test.revisions.length, clock.pending]).toEqual([1, 0, 1]);
  });

  it('sees who is announced, why, and what', async () => {
    const { test, guest, clock, companion } = await accompanied();
    const [announcement] = companion.announcements;
    expect(announcement).toMatchObject({ guest, cause: 'migration', mode: 'announce' });
    expect(announcement?.nics[0]?.announced).toHaveLength(4);
    guest.cards.set('nic0', { ...CARD, vlans: [10, 20] });
    test.resume(guest);
    await clock.advance(1000);
    expect(announcement?.nics[0]?.announced.length).toBeGreaterThan(4);
    expect(test.report).toMatchObject({ id: announcement?.id, revision: 1 });
  });

  it('hears of the report as it stands when all is sent', async () => {
    const seen: unknown[] = [];
    const { test, guest, clock } = await accompanied({ over: (report) => seen.push(report) && undefined });
    test.resume(guest);
    await clock.advance(1000);
    const { sections: _, ...report } = test.report;
    expect(seen).toEqual([report]);
  });

  it('is let go of with the announcement that is made again, and asked for the new one', async () => {
    const { test, guest, clock, companion } = await accompanied();
    await clock.advance(100);
    await test.handoff.memory.publish(snapshotOf({ epoch: 4 }));
    await clock.advance(0);
    expect(companion.heard.slice(2)).toEqual(['100 accompany', '100 armed', '100 cancelled', '100 close']);
    test.intake.failed({ guest, side: 'destination', status: 'failed' });
    await clock.advance(0);
    expect(companion.heard.slice(6)).toEqual(['100 cancelled', '100 close']);
    await test.host.close();
    expect(clock.pending).toBe(0);
  });

  it('hears nothing of an announcement of no rounds', async () => {
    const clock = new FakeClock();
    const companion = new NotingCompanion(clock);
    const { test, guest } = await residing('running', { ...QUIET, clock, companions: [companion] });
    await test.host.announce(guest, { timing: { rounds: 0 } });
    await clock.advance(100);
    expect(companion.heard).toEqual([]);
  });

  it('that takes no part costs nothing', async () => {
    const absent: AnnouncementCompanion = { name: 'absent', accompany: () => undefined };
    const { test, guest } = await waiting(snapshotOf(), { ...QUIET, companions: [absent] });
    test.resume(guest);
    await test.clock.advance(800 + 251);
    expect([test.reports.length, test.report.sections]).toEqual([1, undefined]);
  });

  it('may make up its mind after the guest arrived, and then hears all of it', async () => {
    const { test, guest, clock, companion } = await accompanied({
      accompany: () => delayed(70, undefined),
    });
    test.resume(guest);
    await clock.advance(70);
    expect(companion.heard.slice(1)).toEqual(
      ['armed', 'fired', 'round 1', 'changed', 'round 2'].map((each) => `70 ${each}`),
    );
  });
});

describe('what a companion says stands in the report', () => {
  it.each<[string, Deeds, unknown]>([
    ['as its last word', { over: () => ({ seen: 1 }) }, { seen: 1 }],
    ['as a promise of it', { over: async () => ['later'] }, ['later']],
    ['where it comes in time', { over: () => delayed(499, 'in time') }, 'in time'],
  ])('%s', async (_, deeds, section) => {
    const { test, guest, clock } = await accompanied(deeds);
    test.resume(guest);
    await clock.advance(2000);
    expect(test.report.sections).toEqual({ noting: section, sound: 'sound' });
    expect([test.revisions, test.warnings]).toEqual([[], []]);
  });

  it('as it was reported, where the last word is nothing', async () => {
    const { test, guest, clock, companion } = await accompanied({
      round: () => companion.announcements[0]?.report({ rounds: companion.heard.length }),
    });
    test.resume(guest);
    await clock.advance(2000);
    expect(test.report.sections).toMatchObject({ noting: { rounds: 9 } });
  });

  it('in a later revision where it takes longer, and nothing waits for it', async () => {
    const { test, guest, clock, companion } = await accompanied({ over: () => delayed(10_000, 'slow') });
    test.resume(guest);
    await clock.advance(2000);
    expect(test.report).toMatchObject({ revision: 1, sections: { sound: 'sound' } });
    await clock.advance(10_000);
    expect(test.reports).toHaveLength(1);
    expect(test.revisions).toEqual([
      { ...test.report, revision: 2, sections: { noting: 'slow', sound: 'sound' } },
    ]);
    expect(companion.heard.at(-1)).toBe('10800 close');
  });

  it('again and again, at most once a second and 8 times, and its last word always', async () => {
    const { test, guest, clock, companion } = await accompanied({ over: () => delayed(30_000, 'last') });
    test.resume(guest);
    await clock.advance(2000);
    const [announcement] = companion.announcements;
    for (let step = 0; step < 200; step++) {
      announcement?.report(step);
      await clock.advance(100);
    }
    expect(test.revisions.map(({ revision, sections }) => [revision, sections?.['noting']])).toEqual([
      [2, 0],
      [3, 7],
    ]);
    await clock.advance(20_000);
    expect(test.revisions.at(-1)).toMatchObject({
      revision: 4,
      sections: { noting: 'last', sound: 'sound' },
    });
    announcement?.report('too late');
    await clock.advance(2000);
    expect(test.revisions).toHaveLength(3);
  });

  it('is told where the guest stops while more is to come, and nothing of it leaves then', async () => {
    const batches: PreparedBatch[] = [];
    const frames = { bytes: new Uint8Array(60), starts: Uint32Array.of(0, 60) };
    const { test, guest, clock, companion } = await accompanied({
      accompany: (announcement) =>
        announcement.openChannel('nic0', 'from-guest').then((channel) => {
          batches.push(channel.prepare(frames));
        }),
      cancelled: () => companion.announcements[0]?.report('it stopped'),
      over: never,
    });
    test.resume(guest);
    await clock.advance(5000);
    expect(test.reports).toHaveLength(1);
    await test.tell('stopped', guest);
    expect(batches.map((batch) => batch.send())).toEqual([
      { accepted: 0, failure: 'the announcement is over' },
    ]);
    await clock.advance(999);
    expect(test.revisions.map(({ sections }) => sections?.['noting'])).toEqual(['it stopped']);
    expect(companion.heard.slice(-1)).toEqual(['5000 cancelled']);
    await clock.advance(1);
    expect(companion.heard.at(-1)).toBe('6000 close');
    expect(test.warnings).toEqual([]);
  });
});

describe('a report that is asked for', () => {
  it('is given with what is there in time; of the last 8 companions go on to speak', async () => {
    const clock = new FakeClock();
    const companion = new NotingCompanion(clock, { over: never });
    const { test, guest } = await residing('running', { ...QUIET, clock, companions: [companion] });
    for (let asked = 1; asked <= 9; asked++) {
      const report = test.host.announce(guest, { timing: { rounds: 1 } });
      await clock.advance(500);
      expect(await report).toMatchObject({ outcome: 'announced', revision: 1 });
    }
    expect(companion.heard.filter((each) => each.endsWith('close'))).toHaveLength(1);
    for (const [index, announcement] of companion.announcements.entries()) announcement.report(index);
    await clock.advance(2000);
    expect(test.revisions.map(({ sections }) => sections?.['noting'])).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    await test.host.close();
    expect(clock.pending).toBe(0);
  });
});

describe('a companion that fails costs its own section and nothing else:', () => {
  it.each<[string, Deeds, unknown]>([
    ['it throws where it is asked', { accompany: thrown }, '`accompany` failed: broken'],
    ['it rejects', { accompany: () => Promise.reject(new Error('broken')) }, '`accompany` failed: broken'],
    ['it gives a number', { accompany: () => 5 }, '`accompany` gave a number, no accompaniment'],
    [
      'it gives an odd accompaniment',
      { accompany: () => ({ round: 1 }) },
      '`round` failed: it is a number, no function',
    ],
    ['it throws when armed', { armed: thrown }, '`armed` failed: broken'],
    ['it throws when fired', { fired: thrown }, '`fired` failed: broken'],
    ['it throws in a round', { round: thrown }, '`round` failed: broken'],
    ['it rejects in a round', { round: () => Promise.reject(new Error('broken')) }, '`round` failed: broken'],
    ['it throws at a change', { changed: thrown }, '`changed` failed: broken'],
    ['it throws at the end', { over: thrown }, '`over` failed: broken'],
    ['it rejects at the end', { over: () => Promise.reject(new Error('broken')) }, '`over` failed: broken'],
    ['its section holds itself', { over: () => cyclic }, expect.stringContaining('holds itself')],
    [
      'its section is too long',
      { over: () => 'x'.repeat(MAX_SECTION_BYTES) },
      'its section cannot stand in the report: it is longer than 65536 bytes of JSON',
    ],
    [
      'it reports what is no JSON',
      { accompany: (announcement) => announcement.report(() => 1) },
      'its section cannot stand in the report: it is of type function, which JSON does not have',
    ],
  ])('%s', async (_, deeds, problem) => {
    const { test, guest, clock, companion, sound } = await accompanied(deeds);
    test.resume(guest);
    await clock.advance(2000);
    expect(new Set(test.sink.frames.map(({ at }) => at))).toEqual(new Set(ROUNDS));
    expect(test.report).toMatchObject({
      outcome: 'announced',
      warnings: [{ code: 'HERALD_COMPANION_FAULT' }],
    });
    expect(test.report.sections).toEqual({ noting: { problem }, sound: 'sound' });
    expect(test.warnings).toEqual([expect.stringMatching(/^HERALD_COMPANION_FAULT the companion noting: /)]);
    expect(sound.heard.filter((each) => each.includes('round'))).toHaveLength(5);
    if (companion.heard.length > 1) expect(companion.heard.at(-1)).toMatch(/close$/);
    await test.host.close();
    expect(clock.pending).toBe(0);
  });

  it('it never makes up its mind', async () => {
    const { test, guest, clock } = await accompanied({ accompany: never });
    test.resume(guest);
    await clock.advance(2000);
    expect(test.report.sections).toEqual({ sound: 'sound' });
    await clock.advance(5000);
    expect(test.revisions).toMatchObject([
      {
        revision: 2,
        sections: {
          noting: { problem: '`accompany` failed: `accompany` took longer than 5000 ms and was given up' },
        },
        warnings: [{ code: 'HERALD_COMPANION_FAULT' }],
      },
    ]);
    expect(test.warnings).toHaveLength(1);
  });

  it('it never says its last word', async () => {
    const { test, guest, clock, companion } = await accompanied({ over: never });
    test.resume(guest);
    await clock.advance(2000);
    expect(test.report).toMatchObject({ outcome: 'announced', warnings: [] });
    await clock.advance(599_000);
    expect([test.revisions.length, companion.heard.at(-1)]).toEqual([1, '600800 close']);
    expect(test.warnings).toEqual([expect.stringMatching(/took longer than 600000 ms/)]);
  });

  it('its `close` throws or hangs', async () => {
    for (const close of [thrown, never, () => Promise.reject(new Error('broken'))]) {
      const { test, guest, clock } = await accompanied({ close });
      test.resume(guest);
      await clock.advance(2000);
      expect(test.report).toMatchObject({ sections: { sound: 'sound' }, warnings: [] });
      await test.host.close();
    }
  });

  it('it keeps what it had said before', async () => {
    const { test, guest, clock, companion } = await accompanied({
      fired: () => companion.announcements[0]?.report('before'),
      over: thrown,
    });
    test.resume(guest);
    await clock.advance(2000);
    expect(test.report.sections).toEqual({ noting: 'before', sound: 'sound' });
  });

  it('it hangs, and neither a stop nor the end of the host waits for it', async () => {
    for (const deeds of [{ over: never }, { accompany: never }, { over: never, cancelled: never }]) {
      const { test, guest, clock } = await accompanied(deeds);
      test.resume(guest);
      await clock.advance(60);
      await test.tell('stopped', guest);
      await clock.advance(500);
      expect(test.report).toMatchObject({ outcome: 'superseded', sections: { sound: 'sound' } });
      const again = await accompanied(deeds);
      again.test.resume(again.guest);
      await again.clock.advance(60);
      await again.test.host.close(); // with the clock standing
      expect(again.test.report).toMatchObject({ outcome: 'superseded', sections: { sound: 'sound' } });
      expect(again.clock.pending).toBe(0);
    }
  });
});

describe('what a companion sends', () => {
  const sending = async (direction: FrameDirection, options: TestHostOptions) => {
    const sent: unknown[] = [];
    const { test, guest, clock } = await accompanied(
      {
        accompany: async (announcement) => {
          const channel = await announcement.openChannel('nic0', direction);
          const batch = channel.prepare({ bytes: new Uint8Array(), starts: Uint32Array.of(0) });
          sent.push(batch.send(), await channel.health({ signal: new AbortController().signal }));
          await channel.close();
          sent.push(batch.send());
        },
      },
      options,
    );
    test.resume(guest);
    await clock.advance(2000);
    return { sent, test };
  };

  it.each(['from-guest', 'to-guest'] as const)(
    'leaves by the host`s own way (%s), and not once it closed it',
    async (direction) => {
      const { sent, test } = await sending(direction, QUIET);
      expect(sent).toEqual([
        { accepted: 0 },
        { ready: true },
        { accepted: 0, failure: 'the channel is closed' },
      ]);
      expect(test.report).toMatchObject({ outcome: 'announced' }); // which shares it
    },
  );

  it('does not leave where the guest is only observed', async () => {
    const { test } = await accompanied(
      {
        accompany: async (announcement) => {
          const channel = await announcement.openChannel('nic0', 'from-guest');
          channel.prepare({ bytes: new Uint8Array(60), starts: Uint32Array.of(0, 60) }).send();
        },
      },
      { policy: { mode: 'observe', multicastRefresh: false } },
    );
    await test.clock.advance(100);
    expect([test.sink.frames, test.sink.queries]).toEqual([[], []]);
  });

  it('is refused at what is no NIC of the announcement, and at one without a port', async () => {
    const problems: string[] = [];
    const clock = new FakeClock();
    const companion = new NotingCompanion(clock, {
      accompany: async ({ openChannel }) => {
        for (const nic of ['nic0', 'nic9']) {
          await openChannel(nic, 'to-guest').catch(({ code }: { code: string }) => problems.push(code));
        }
      },
    });
    await waiting(snapshotOf(), { ...QUIET, clock, companions: [companion] }, (each) => {
      each.descriptors = [nicOf('nic0', { port: undefined as never })];
    });
    expect(problems).toEqual(['HERALD_NIC_NO_PORT', 'HERALD_NIC_UNKNOWN']);
  });
});

const clocks: { now: FakeClock } = { now: new FakeClock() };
const delayed = (ms: number, value: unknown): Promise<unknown> =>
  new Promise((resolve) => void clocks.now.setTimer(ms, () => resolve(value)));
