import { type HandoffEntry, HeraldError, type Snapshot } from '@nic-herald/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mac } from '../../test/sample-nic.js';
import { snapshotOf } from '../../test/test-host.js';
import { readHandoff } from '../knowledge/newest-snapshot.js';
import { mergedEntries, type StoredEntries } from './merged-entries.js';

const NOW = 10_000_000;
const view = (guestIs: 'incoming' | 'running') =>
  ({ host: 'B', guestIs, primaryMacs: [mac(0)], knownEpoch: 0, maxAgeMs: 300_000, now: NOW }) as const;
const said = (store: string, entries: readonly HandoffEntry[], over: Partial<StoredEntries> = {}) => ({
  store,
  preference: 50,
  entries,
  readAt: 0,
  ...over,
});
const entry = (over: Partial<Snapshot>, macs: readonly string[] = [], ageMs?: number): HandoffEntry => {
  const snapshot = snapshotOf(over, { macs });
  return { host: snapshot.host, snapshot, ...(ageMs === undefined ? {} : { ageMs }) };
};
const read = (...stores: readonly StoredEntries[]) => readHandoff(mergedEntries(stores, 0), view('incoming'));

describe('the entries of several stores', () => {
  it.each<[string, Partial<Snapshot>, Partial<Snapshot>]>([
    ['of a higher epoch', { epoch: 3, writtenAt: NOW }, { epoch: 4, writtenAt: NOW - 5000 }],
    ['written later', { epoch: 3, writtenAt: NOW - 1 }, { epoch: 3, writtenAt: NOW }],
    ['that tells when it was written', { epoch: 3 }, { epoch: 3, writtenAt: NOW - 5000 }],
    [
      'that had room for more',
      { epoch: 3, writtenAt: NOW },
      {
        epoch: 3,
        writtenAt: NOW,
        nics: snapshotOf({}, { macs: ['newer'] }).nics.map((nic) => ({
          ...nic,
          learned: [{ station: { mac: mac(5) }, ageMs: 1 }],
        })),
      },
    ],
  ])('give the one %s, once for each host', (_, older, newer) => {
    const [a, b] = [said('a', [entry(older, ['older'])]), said('b', [entry(newer, ['newer'])])];
    for (const reading of [read(a, b), read(b, a)]) {
      expect(reading.newest?.nics[0]?.state).toMatchObject({ macs: ['newer'] });
      expect(reading.snapshots).toEqual([{ host: 'A', epoch: Math.max(older.epoch ?? 0, newer.epoch ?? 0) }]);
      expect(reading.entries).toHaveLength(1);
    }
  });

  it('give that of the preferred store, then of the first by name, where they are equally new', () => {
    const of = (name: string) => [entry({ writtenAt: NOW }, [name])];
    const stateOf = (...stores: readonly StoredEntries[]) => read(...stores).newest?.nics[0]?.state;
    const [a, b, c] = [said('a', of('a')), said('b', of('b')), said('c', of('c'), { preference: 60 })];
    expect(stateOf(b, a)).toMatchObject({ macs: ['a'] });
    expect(stateOf(a, b, c)).toMatchObject({ macs: ['c'] });
  });

  it('do not hide what is sane by a copy that is not', () => {
    const sane = said('a', [entry({ epoch: 3, writtenAt: NOW }, ['sane'])]);
    const mad = said('b', [entry({ epoch: 2 ** 40, writtenAt: NOW }, ['mad'])]);
    for (const reading of [read(sane, mad), read(mad, sane)]) {
      expect(reading.newest?.nics[0]?.state).toMatchObject({ macs: ['sane'] });
      expect(reading.problems.map(({ code }) => code)).toContain('HERALD_EPOCH_DOUBTFUL');
    }
  });

  it('say each problem once', () => {
    const problem = new HeraldError('HERALD_HANDOFF_UNREADABLE', 'broken');
    const broken = [{ host: 'C', problem }];
    const twin = [entry({ host: 'D', nics: [{ id: 'n', primaryMac: mac(7), model: 'm', learned: [] }] })];
    const reading = read(said('a', [...broken, ...twin]), said('b', [...broken, ...twin]));
    expect(reading.problems.map(({ code }) => code)).toEqual([
      'HERALD_HANDOFF_UNREADABLE',
      'HERALD_GUEST_TWIN',
    ]);
    expect(reading.unreadable).toEqual(['C']);
  });

  it('grow older since they were read', () => {
    const old = said('a', [entry({}, [], 1000), entry({ host: 'C' })], { readAt: 100 });
    expect(mergedEntries([old], 350)).toMatchObject([{ ageMs: 1250 }, { host: 'C' }]);
    expect(mergedEntries([old], 350)[1]).not.toHaveProperty('ageMs');
  });

  it('give the same verdict in whatever order the stores are asked', () => {
    const someEntry = fc
      .record({
        host: fc.constantFrom('A', 'B', 'C'),
        epoch: fc.constantFrom(0, 1, 2, 2 ** 40),
        writtenAt: fc.constantFrom(undefined, NOW, NOW - 1000, NOW - 400_000),
        ageMs: fc.constantFrom(undefined, 0, 1000, 400_000),
        origin: fc.constantFrom(undefined, 'boot' as const),
        mark: fc.nat(3),
        stations: fc.nat(2),
      })
      .map(({ host, epoch, writtenAt, ageMs, origin, mark, stations }) =>
        entry(
          {
            host,
            epoch,
            ...(writtenAt === undefined ? {} : { writtenAt }),
            ...(origin === undefined ? {} : { origin }),
            nics: snapshotOf({}, { macs: [String(mark)] }).nics.map((nic) => ({
              ...nic,
              learned: Array.from({ length: stations }, (_, n) => ({ station: { mac: mac(n) }, ageMs: n })),
            })),
          },
          [],
          ageMs,
        ),
      );
    const store = fc.record({
      preference: fc.constantFrom(50, 60),
      entries: fc.uniqueArray(someEntry, { maxLength: 3, selector: ({ host }) => host }),
    });
    const stores = fc
      .array(store, { minLength: 2, maxLength: 4 })
      .map((all) => all.map((each, index) => said(`store${index}`, each.entries, each)));
    const shuffled = stores.chain((all) =>
      fc.tuple(
        fc.constant(all),
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.constantFrom('incoming' as const, 'running' as const),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([first, second, guestIs]) => {
        const verdict = (all: readonly StoredEntries[]) => readHandoff(mergedEntries(all, 0), view(guestIs));
        expect(verdict(second)).toEqual(verdict(first));
      }),
    );
  });
});
