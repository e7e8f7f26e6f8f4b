import type { AccompaniedAnnouncement, AnnouncementCompanion } from '@nic-herald/core';
import { companionContract, type FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { complaintsOf } from './complaints-of.js';

const cyclic: Record<string, unknown> = {};
cyclic['me'] = cyclic;
const never = (): Promise<never> => new Promise(() => {});
const thrown = (): never => {
  throw new TypeError('broken');
};
const FRAMES = { bytes: new Uint8Array(60), starts: Uint32Array.of(0, 60) };

/** Sends a frame in so many ms, whatever happens meanwhile. */
const sendLater = async ({ openChannel }: AccompaniedAnnouncement, clock: FakeClock, ms: number) => {
  const channel = await openChannel('nic0', 'from-guest').catch(() => undefined);
  const batch = channel?.prepare(FRAMES);
  clock.setTimer(ms, () => batch?.send());
};

/** A companion that is sound but for what is given. */
const broken = (
  over: (announcement: AccompaniedAnnouncement, clock: FakeClock) => object,
  name: unknown = 'broken',
) =>
  companionContract({
    companion: ({ clock }): AnnouncementCompanion => ({
      name: name as string,
      accompany: (announcement) => ({ over: () => ({ rounds: 5 }), ...over(announcement, clock) }),
    }),
    limitMs: 200,
  });

describe('the contract of a companion', () => {
  it('holds for one that is sound', async () => {
    expect(await complaintsOf(broken(() => ({})))).toEqual([]);
  });

  it.each<[string, (announcement: AccompaniedAnnouncement, clock: FakeClock) => object, RegExp]>([
    ['throws when armed', () => ({ armed: thrown }), /`armed` threw: TypeError: broken/],
    ['throws in a round', () => ({ round: thrown }), /`round` threw/],
    ['rejects in a round', () => ({ round: async () => thrown() }), /`round` rejected: TypeError/],
    ['throws when it is cancelled', () => ({ cancelled: thrown }), /`cancelled` threw/],
    ['throws at the end', () => ({ over: thrown }), /`over` threw/],
    ['rejects at the end', () => ({ over: async () => thrown() }), /`over` rejected/],
    ['throws when it is closed', () => ({ close: thrown }), /`close` threw/],
    ['has a member that is no function', () => ({ fired: true }), /`fired` is true, no function/],
    ['has no end', () => ({ over: never }), /what `over` gave did not settle within 600000 ms/],
    ['says nothing', () => ({ over: () => undefined }), /it said nothing of an announcement that went/],
    ['has a section that holds itself', () => ({ over: () => cyclic }), /holds itself/],
    ['has a huge section', () => ({ over: () => 'x'.repeat(70_000) }), /longer than 65536 bytes/],
    [
      'has a section that grows with the guest',
      ({ nics }) => ({ over: () => nics.map(({ announced }) => announced) }),
      /longer than 65536 bytes/,
    ],
    [
      'reports what is no JSON',
      ({ report }) => ({ fired: () => report({ at: new Date(0) }) }),
      /by `report`, cannot stand in a report: it\.at is of a class/,
    ],
    [
      'changes what it is shown',
      () => ({ changed: (nics: unknown[]) => nics.pop() }),
      /`changed` threw: TypeError: Cannot/,
    ],
    [
      'holds its caller',
      () => ({
        round: () => {
          const until = performance.now() + 120;
          while (performance.now() < until);
        },
      }),
      /`round` held its caller for \d+ ms/,
    ],
    [
      'sends for a guest that never ran here',
      (announcement, clock) => ({ armed: () => sendLater(announcement, clock, 0) }),
      /1 frames were sent for a guest that never ran here/,
    ],
    [
      'sends when the guest has stopped',
      (announcement, clock) => ({ cancelled: () => sendLater(announcement, clock, 10) }),
      /1 frames were sent after `cancelled`/,
    ],
    [
      'sends when it is closed',
      (announcement, clock) => ({ close: () => sendLater(announcement, clock, 10) }),
      /1 frames were sent after `close`/,
    ],
    [
      'leaves timers behind',
      (_, clock) => ({ fired: () => void clock.setTimer(60_000, () => {}) }),
      /1 timers of its clock were left after `close`/,
    ],
    [
      'does not heed a stop',
      (_, clock) => ({
        over: () => new Promise((resolve) => void clock.setTimer(5000, () => resolve('at last'))),
      }),
      /did not settle within 1000 ms/,
    ],
  ])('fails for one that %s', async (_, over, complaint) => {
    expect(await complaintsOf(broken(over))).toContainEqual(expect.stringMatching(complaint));
  });

  it.each(['', 'Proof', '__proto__', 5, null])('fails for one that is called %j', async (name) => {
    const complaints = await complaintsOf(broken(() => ({}), name));
    expect(complaints).toEqual([expect.stringMatching(/`name` is .*: a lowercase letter is wanted/)]);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['throws', thrown, /`accompany` threw/],
    ['rejects', async () => thrown(), /`accompany` rejected/],
    ['never answers', never, /`accompany` did not end \(waited 200 ms\)/],
    ['gives a number', () => 5, /`accompany` gave 5/],
    ['takes no part', () => undefined, /say why in `noPart`/],
  ])('fails for one that %s where it is asked', async (_, accompany, complaint) => {
    const companion = () => ({ name: 'broken', accompany: accompany as AnnouncementCompanion['accompany'] });
    const complaints = await complaintsOf(companionContract({ companion, limitMs: 200 }));
    expect(complaints).toContainEqual(expect.stringMatching(complaint));
  });
});
