import { type GuestKey, type HandoffEntry, HeraldError, type Snapshot } from '@nic-herald/core';
import type { NicSnapshot } from '@nic-herald/core/internal';
import { describe, expect, it } from 'vitest';
import { asserted, having } from '../../test/sample-addresses.js';
import { learned, mac } from '../../test/sample-nic.js';
import { type HandoffView, NO_HANDOFF, readHandoff } from './newest-snapshot.js';

const NOW = 1_700_000_000_000;
const MINUTE = 60_000;
const MAX_AGE_MS = 5 * MINUTE;
const MOST = Number.MAX_SAFE_INTEGER;

/** The guest on host A, of primary MAC 0, of which nothing is known here. */
const view = (over: Partial<HandoffView> = {}): HandoffView => ({
  host: 'A',
  guestIs: 'incoming',
  primaryMacs: [mac(0)],
  knownEpoch: 0,
  maxAgeMs: MAX_AGE_MS,
  now: NOW,
  ...over,
});

/** A card, with what was learned beside it, so long ago. */
const nicOf = (number = 0, ageMs = 0, state: unknown = { macs: [mac(1)] }): NicSnapshot => ({
  id: 'nic0',
  primaryMac: mac(number),
  model: 'fake-card',
  ...(state === undefined ? {} : { state }),
  learned: [having(learned(5, 10, ageMs), asserted(1, 7 + ageMs))],
});
const STATELESS = ({ state: _, ...nic }: NicSnapshot): NicSnapshot => nic;

const snapshotOf = (host: string, epoch: number, over: Partial<Snapshot> = {}): Snapshot => ({
  format: 1,
  guest: 'name:web-1' as GuestKey,
  host,
  epoch,
  nics: [nicOf()],
  ...over,
});
const entry = (host: string, epoch: number, over: Partial<Snapshot> = {}, ageMs?: number): HandoffEntry => ({
  host,
  snapshot: snapshotOf(host, epoch, over),
  ...(ageMs === undefined ? {} : { ageMs }),
});
const problem = new HeraldError('HERALD_SNAPSHOT_INVALID', 'not a snapshot');
const unreadable = (host: string): HandoffEntry => ({ host, problem });
const codes = (problems: readonly HeraldError[]): readonly string[] => problems.map(({ code }) => code);
const TWIN = { nics: [nicOf(7)] };

describe('readHandoff, on host A', () => {
  it.each<[string, HandoffEntry[], Partial<HandoffView>, string | undefined, number]>([
    ['nothing that can be read', [unreadable('B')], {}, undefined, 0],
    ['nothing of another machine', [entry('B', 3, TWIN)], {}, undefined, 0],
    ['no number of another machine', [entry('B', 3, TWIN), entry('C', 1)], {}, 'C', 1],
    ['no number out of all bounds', [entry('B', MOST), entry('C', 1)], {}, 'C', 1],
    ['no number far beyond what is known here', [entry('B', 5000), entry('C', 1)], { knownEpoch: 2 }, 'C', 2],
    ['what can be read beside what cannot', [unreadable('C'), entry('B', 0)], { guestIs: 'running' }, 'B', 0],
    ['nothing', [], {}, undefined, 0],
    ['what is known here where nothing is said', [], { knownEpoch: 4 }, undefined, 4],
    ['what is known here where less is said', [entry('B', 2)], { knownEpoch: 4 }, 'B', 4],
    ['the highest epoch, its own', [entry('A', 3), entry('B', 2)], {}, 'A', 3],
    ["the highest epoch, another's", [entry('A', 2), entry('B', 3)], { guestIs: 'running' }, 'B', 3],
    ['another host of the same epoch, for a guest that comes', [entry('A', 2), entry('B', 2)], {}, 'B', 2],
    [
      'its own of the same epoch, for a guest that runs',
      [entry('B', 2), entry('A', 2)],
      { guestIs: 'running' },
      'A',
      2,
    ],
    [
      'another of the same epoch though its own was written later, for a guest that comes',
      [entry('A', 2, { writtenAt: NOW }), entry('B', 2, { writtenAt: NOW - 5000 })],
      {},
      'B',
      2,
    ],
    [
      'the later one of two others',
      [entry('B', 2, { writtenAt: NOW - 5000 }), entry('C', 2, { writtenAt: NOW - 4000 })],
      {},
      'C',
      2,
    ],
    [
      'the later one of two others by the store',
      [entry('B', 2, {}, 5000), entry('C', 2, {}, 4000)],
      {},
      'C',
      2,
    ],
    [
      'one of which the time is told before one of which it is not',
      [entry('B', 2), entry('C', 2, {}, 4000)],
      {},
      'C',
      2,
    ],
    ['a higher epoch before a later one', [entry('B', 3, {}, 5000), entry('C', 2, {}, 0)], {}, 'B', 3],
    ['the first by name of two others', [entry('C', 2), entry('B', 2)], {}, 'B', 2],
    ['every entry where the guest tells no MACs', [entry('B', 3, TWIN)], { primaryMacs: [] }, 'B', 3],
    ['an entry that shares one MAC of several', [entry('B', 3, { nics: [nicOf(7), nicOf(0)] })], {}, 'B', 3],
  ])('believes %s', (_, entries, over, host, epoch) => {
    for (const order of [entries, entries.toReversed()]) {
      const reading = readHandoff(order, view(over));
      expect([reading.newest?.host, reading.epoch]).toEqual([host, epoch]);
      expect(reading.entries[0]?.snapshot).toBe(reading.newest);
    }
  });

  it('tells of all hosts, the newest first, and of what cannot be read', () => {
    const entries = [entry('A', 1, {}, 3000), unreadable('C'), entry('B', 2)];
    expect(readHandoff(entries, view({ guestIs: 'running' }))).toEqual({
      newest: snapshotOf('B', 2),
      agesAt: NOW,
      epoch: 2,
      snapshots: [
        { host: 'A', epoch: 1 },
        { host: 'B', epoch: 2 },
      ],
      unreadable: ['C'],
      entries: [
        { snapshot: snapshotOf('B', 2) },
        { snapshot: snapshotOf('A', 1, { nics: [nicOf(0, 3000)] }), writtenAt: NOW - 3000 },
      ],
      problems: [problem],
    });
    expect(readHandoff([], view())).toEqual(NO_HANDOFF);
  });

  it('takes nothing from an entry that names no NICs: a copy may have lost them', () => {
    const reading = readHandoff([entry('B', 3, { nics: [] }), entry('C', 1)], view());
    expect([reading.newest?.host, reading.epoch, codes(reading.problems)]).toEqual(['C', 1, []]);
  });

  it('believes what leaves for here before what was booted beside it, whatever its epoch', () => {
    const booted = entry('B', 9, { origin: 'boot' });
    const leaving = entry('C', 3, { residence: 'leaving' }, 1000);
    const awaited = view({ awaitedSince: NOW - MINUTE });
    const coming = readHandoff([booted, leaving], awaited);
    expect([coming.newest?.host, coming.epoch]).toEqual(['C', 9]);
    expect(readHandoff([entry('B', 9, { origin: 'incoming' }), leaving], awaited).newest?.host).toBe('B');
  });

  it('uses nothing of another machine, and tells whose it is', () => {
    const reading = readHandoff([entry('B', 9, TWIN, 10 * MINUTE), entry('C', 1)], view());
    expect(reading).toMatchObject({
      epoch: 1,
      snapshots: [{ host: 'C', epoch: 1 }],
      entries: [{ snapshot: { host: 'C' } }],
      problems: [{ code: 'HERALD_GUEST_TWIN', details: { host: 'B', guest: 'name:web-1' } }],
    });
    expect(reading.entries).toHaveLength(1);
    expect(reading.problems).toHaveLength(1); // its age is nobody's concern
    expect(reading.problems[0]?.message).toContain('(with 52:54:00:00:00:07)');
  });

  it.each([
    ['B', 0, 0],
    ['B', 4, 4],
    ['A', 4, 4],
  ])(
    'uses what %s knows where that alone is out of all bounds, and not its number: %d is known',
    (host, knownEpoch, epoch) => {
      const reading = readHandoff([entry(host, MOST, {}, 1000)], view({ knownEpoch }));
      const used = snapshotOf(host, epoch, { nics: [nicOf(0, 1000)] });
      expect([reading.newest, reading.epoch]).toEqual([used, epoch]);
      expect(reading.snapshots).toEqual([{ host, epoch: MOST }]); // which is what it says
      expect(reading.problems).toMatchObject([
        {
          code: 'HERALD_EPOCH_DOUBTFUL',
          details: { host, guest: 'name:web-1', epoch: MOST, highest: epoch },
        },
      ]);
    },
  );

  it('uses nothing of an entry out of all bounds beside one that is not', () => {
    const reading = readHandoff([entry('B', MOST), entry('C', 3)], view());
    expect(reading.entries.map(({ snapshot: { host, epoch } }) => [host, epoch])).toEqual([['C', 3]]);
    expect(codes(reading.problems)).toEqual(['HERALD_EPOCH_DOUBTFUL']);
  });

  it.each<[string, number, number, number]>([
    ['as old as may be, which is nothing to tell of', MAX_AGE_MS, 1, 0],
    ['too old', MAX_AGE_MS + 1, 0, 1],
    ['days old', 1440 * MINUTE, 0, 1],
  ])('has all grow older, and leaves out what a card held that is too old: %s', (_, ageMs, states, stale) => {
    const told: Partial<Snapshot>[] = [{ writtenAt: NOW - ageMs }, {}];
    for (const over of told) {
      const stored = over.writtenAt === undefined ? ageMs : undefined;
      const { newest, epoch, entries, problems } = readHandoff([entry('B', 2, over, stored)], view());
      const nic = nicOf(0, ageMs);
      expect(newest?.nics).toStrictEqual([states === 1 ? nic : STATELESS(nic)]);
      expect([epoch, entries[0]?.writtenAt]).toEqual([2, NOW - ageMs]);
      expect(codes(problems)).toEqual(Array(stale).fill('HERALD_SNAPSHOT_STALE'));
    }
  });

  it('tells what is stale only of what it goes by', () => {
    const old = entry('B', 2, {}, MAX_AGE_MS + 1);
    expect(codes(readHandoff([old, entry('C', 3)], view()).problems)).toEqual([]);
    const { problems } = readHandoff([old, entry('C', 1)], view());
    expect(problems).toMatchObject([
      {
        code: 'HERALD_SNAPSHOT_STALE',
        details: { host: 'B', guest: 'name:web-1', ageMs: MAX_AGE_MS + 1 },
      },
    ]);
    expect(problems[0]?.message).toContain('what B handed over of name:web-1 is 5 minutes old');
  });

  it('counts from what was written lately where nothing is known here', () => {
    const old = entry('B', 3, {}, MAX_AGE_MS + 1);
    const lately = readHandoff([old, entry('C', 5000)], view());
    expect([lately.epoch, lately.newest?.host]).toEqual([5000, 'C']);
    const both = readHandoff([entry('B', 3), entry('C', 5000)], view());
    expect([both.epoch, both.newest?.host]).toEqual([3, 'B']);
  });

  it.each<[string, number, number | undefined, boolean]>([
    ['of a guest that is not awaited', MAX_AGE_MS + 1, undefined, true],
    ['older than the guest is awaited, by more than may be', 25 * MINUTE + 1, 20 * MINUTE, true],
    ['where the guest is awaited from later on, by the clock', MAX_AGE_MS + 1, -MINUTE, true],
    ['written just before the guest was awaited', 25 * MINUTE, 20 * MINUTE, false],
    ['written while the guest is awaited', 10 * MINUTE, 20 * MINUTE, false],
  ])('has the last words of a source grow old as any others %s', (_, ageMs, awaitedMs, isOld) => {
    const awaited = awaitedMs === undefined ? {} : { awaitedSince: NOW - awaitedMs };
    const reading = readHandoff([entry('B', 2, { residence: 'leaving' }, ageMs)], view(awaited));
    expect(reading.newest?.nics).toStrictEqual([isOld ? STATELESS(nicOf(0, ageMs)) : nicOf()]);
    expect(codes(reading.problems)).toEqual(isOld ? ['HERALD_SNAPSHOT_STALE'] : []);
    expect(reading.entries[0]?.writtenAt).toBe(NOW - ageMs);
  });

  it.each([undefined, 'resident'] as const)(
    'has other words grow old while the guest is awaited: it is %s there',
    (residence) => {
      const over = residence === undefined ? {} : { residence };
      const reading = readHandoff(
        [entry('B', 2, over, 6 * MINUTE)],
        view({ awaitedSince: NOW - 20 * MINUTE }),
      );
      expect(reading.newest?.nics).toStrictEqual([STATELESS(nicOf(0, 6 * MINUTE))]);
      expect(codes(reading.problems)).toEqual(['HERALD_SNAPSHOT_STALE']);
    },
  );

  it.each<[string, number, number | undefined, number, string[]]>([
    [
      'days apart',
      NOW,
      3 * 1440 * MINUTE,
      3 * 1440 * MINUTE,
      ['HERALD_CLOCK_DOUBTFUL', 'HERALD_SNAPSHOT_STALE'],
    ],
    ['ten minutes apart', NOW, 10 * MINUTE, 0, ['HERALD_CLOCK_DOUBTFUL']],
    ['ahead of this one', NOW + 10 * MINUTE, undefined, 0, ['HERALD_CLOCK_DOUBTFUL']],
    ['just apart', NOW - 20_000, 0, 0, []],
  ])('tells of clocks that are %s', (_, writtenAt, storedMs, ageMs, told) => {
    const { newest, problems, entries } = readHandoff([entry('B', 2, { writtenAt }, storedMs)], view());
    expect(codes(problems)).toEqual(told);
    expect(newest?.nics[0]?.learned).toEqual(nicOf(0, ageMs).learned);
    expect(entries[0]?.writtenAt).toBe(NOW - ageMs);
  });

  it('takes what nobody tells the time of as just written', () => {
    const { newest, entries, problems } = readHandoff([entry('B', 2)], view());
    expect([newest?.nics, problems]).toEqual([[nicOf()], []]);
    expect(entries).toStrictEqual([{ snapshot: newest }]);
  });
});
