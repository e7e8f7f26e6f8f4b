import type { GuestKey, GuestOrigin, ProcessIncarnation, Snapshot } from '@nic-herald/core';
import type { SnapshotResidence } from '@nic-herald/core/internal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BelievedEntry } from '../knowledge/newest-snapshot.js';
import { type FoundGuest, isOfProcess, judgeStay, recognised } from './judge-stay.js';
import type { Judgement } from './residence.js';

const THIS: ProcessIncarnation = { bootId: 'this boot', pid: 4711, startTicks: 100 };
const WRITTEN_AT = 1_700_000_000_000;
const NOW = WRITTEN_AT + 600_000;
const MAX_AGE_MS = 300_000;
type Guest = FoundGuest['guest'];

const snapshotOf = (host: string, epoch: number, over: Partial<Snapshot> = {}): Snapshot => ({
  ...{ format: 1, guest: 'name:web-1' as GuestKey, host, epoch, nics: [] },
  ...over,
});

/**
 * What an entry of this host, A, says of whose it is, and the guest in which it is looked for:
 * - `this`, `another`: it names the guest's process, or another
 * - `before`, `after`: an older version wrote it, and the guest's process was started before that, or after
 * - `untold`: the monitor cannot tell processes apart
 */
type Whose = 'this' | 'another' | 'before' | 'after' | 'untold';
const WHOSE: Readonly<Record<Whose, { readonly guest: Guest; readonly entry: Partial<Snapshot> }>> = {
  this: { guest: { process: THIS }, entry: { process: { ...THIS } } },
  another: { guest: { process: THIS }, entry: { process: { ...THIS, startTicks: 200 } } },
  before: { guest: { process: THIS, startedAt: WRITTEN_AT - 60_000 }, entry: {} },
  after: { guest: { process: THIS, startedAt: WRITTEN_AT + 60_000 }, entry: {} },
  untold: { guest: {}, entry: { process: THIS } },
};

const foundOf = (guest: Guest, knownEpoch = 0): FoundGuest => ({
  ...{ host: 'A', guest, knownEpoch, now: NOW, maxAgeMs: MAX_AGE_MS },
});

/** The newest first, this host's before others of its epoch, as for a guest that runs here. */
const readingOf = (own: Snapshot | undefined, others: readonly Snapshot[], knownEpoch: number) => {
  const entries: BelievedEntry[] = [...(own === undefined ? [] : [own]), ...others]
    .sort((a, b) => b.epoch - a.epoch)
    .map((snapshot) => ({ snapshot, writtenAt: WRITTEN_AT }));
  const [newest] = entries;
  return {
    entries,
    epoch: Math.max(knownEpoch, newest?.snapshot.epoch ?? 0),
    ...(newest === undefined ? {} : { newest: newest.snapshot }),
  };
};

/**
 * The judgement; how its process came by the guest; this host's entry: whose it is, its epoch, and where the guest
 * stood; the epoch of another host's; the epoch known here. Then the epoch it has, whether it owes its first round, and
 * whose knowledge goes on.
 */
const TABLE = `
  found    | boot     | -                  | - | 0 | 0 |      |
  found    | boot     | -                  | 5 | 0 | 6 |      |
  found    | boot     | another 3 resident | - | 0 | 4 |      |
  found    | boot     | another 3 arrived  | - | 0 | 4 |      |
  found    | boot     | another 3 leaving  | 4 | 0 | 5 |      |
  found    | boot     | after 3 resident   | 3 | 0 | 4 |      |
  found    | boot     | untold 3 resident  | 5 | 0 | 6 |      |
  found    | untold   | -                  | - | 0 | 0 |      |
  found    | untold   | another 3 resident | - | 0 | 4 |      |
  found    | untold   | another 3 arrived  | 2 | 0 | 4 |      |
  found    | untold   | another 3 arrived  | 3 | 0 | 4 |      |
  found    | untold   | after 3 leaving    | - | 0 | 4 |      |
  found    | untold   | -                  | 5 | 0 | 6 | owes | other
  found    | untold   | another 3 leaving  | 5 | 0 | 6 | owes | other
  found    | untold   | after 3 resident   | 5 | 0 | 6 | owes | other
  found    | untold   | untold 3 resident  | 5 | 0 | 6 | owes | other
  found    | incoming | -                  | - | 0 | 0 |      |
  found    | incoming | -                  | 5 | 0 | 6 | owes | other
  found    | incoming | -                  | 5 | 1 | 6 | owes | other
  found    | incoming | another 3 resident | - | 0 | 4 | owes | own
  found    | incoming | another 3 leaving  | 3 | 0 | 4 | owes | own
  found    | incoming | another 3 leaving  | 5 | 0 | 6 | owes | other
  found    | incoming | after 3 leaving    | 5 | 0 | 6 | owes | other
  found    | incoming | untold 3 leaving   | 5 | 0 | 6 | owes | other

  found    | any      | this 3 resident    | - | 0 | 3 |      | own
  found    | any      | this 3 older       | - | 0 | 3 |      | own
  found    | any      | this 3 leaving     | - | 0 | 3 |      | own
  found    | any      | this 3 arrived     | - | 0 | 3 | owes | own
  found    | any      | this 3 resident    | 2 | 0 | 3 |      | own
  found    | any      | this 3 arrived     | 2 | 3 | 3 | owes | own
  found    | any      | this 3 leaving     | 3 | 0 | 3 |      | own
  found    | any      | this 3 resident    | 5 | 0 | 6 | owes | own
  found    | any      | this 3 leaving     | 5 | 0 | 6 | owes | own
  found    | any      | before 3 older     | - | 0 | 3 |      | own
  found    | any      | before 3 older     | 2 | 0 | 3 |      | own
  found    | any      | before 3 older     | 5 | 0 | 6 | owes | own
  found    | any      | untold 3 resident  | - | 0 | 3 |      | own
  found    | any      | untold 3 arrived   | 2 | 0 | 3 | owes | own
  found    | any      | untold 3 leaving   | 3 | 0 | 3 |      | own

  returned | any      | -                  | - | 3 | 3 |      |
  returned | any      | -                  | 2 | 3 | 3 |      |
  returned | any      | -                  | 3 | 3 | 3 |      |
  returned | any      | -                  | 4 | 3 | 5 | owes |
  returned | any      | another 3 resident | - | 3 | 3 |      |
  returned | any      | another 4 resident | - | 3 | 5 | owes |
  returned | any      | after 3 leaving    | 4 | 3 | 5 | owes |
  returned | any      | untold 3 leaving   | 4 | 3 | 5 | owes |
  returned | any      | this 3 leaving     | - | 3 | 3 |      | own
  returned | any      | this 3 leaving     | 3 | 3 | 3 |      | own
  returned | any      | this 3 arrived     | - | 3 | 3 | owes | own
  returned | any      | this 3 leaving     | 4 | 3 | 5 | owes | own
  returned | any      | before 3 older     | 4 | 3 | 5 | owes | own
  returned | any      | untold 3 leaving   | - | 3 | 3 |      | own

  kept     | any      | -                  | - | 0 | 0 |      |
  kept     | any      | -                  | 5 | 0 | 5 |      | other
  kept     | any      | -                  | 5 | 5 | 5 |      | other
  kept     | any      | another 3 leaving  | 5 | 0 | 5 |      | other
  kept     | any      | another 3 leaving  | 2 | 0 | 3 |      | own
  kept     | any      | this 3 arrived     | - | 3 | 3 |      | own
  kept     | any      | this 3 leaving     | 5 | 5 | 5 |      | other
`;

const ROWS = TABLE.split('\n')
  .filter((line) => line.includes('|'))
  .flatMap((line) => {
    const [judgement, from = '', ...cells] = line.split('|').map((cell) => cell.trim());
    const origins = from === 'any' ? ['boot', 'incoming', 'untold'] : [from];
    const [own = '', other = '', known = '', epoch = '', owes = '', carried = ''] = cells;
    return origins.map(
      (origin) => [judgement as Judgement, origin, own, other, known, epoch, owes, carried] as const,
    );
  });

describe('judgeStay, on host A', () => {
  it.each(ROWS)('%s, of origin %s, own %s, other %s, known %s: %s %s %s', (...row) => {
    const [judgement, origin, ownText, other, known, epoch, owes, carried] = row;
    const [whose, ownEpoch, stood] = ownText.split(' ') as [Whose | '-', string, SnapshotResidence | 'older'];
    const told = whose === '-' ? undefined : WHOSE[whose];
    const residence = stood === 'older' ? {} : { residence: stood };
    const own =
      told === undefined ? undefined : snapshotOf('A', Number(ownEpoch), { ...told.entry, ...residence });
    const others = other === '-' ? [] : [snapshotOf('B', Number(other))];
    const guest: Guest = {
      ...(told?.guest ?? { process: THIS }),
      ...(origin === 'untold' ? {} : { origin: origin as GuestOrigin }),
    };
    const knownEpoch = Number(known);
    const found = foundOf(guest, knownEpoch);
    const expected = { own, other: others[0] }[carried];
    expect(judgeStay(readingOf(own, others, knownEpoch), found, judgement)).toEqual({
      epoch: Number(epoch),
      owes: owes === 'owes',
      ...(expected === undefined ? {} : { carried: expected }),
    });
  });
});

describe('judgeStay, of a guest whose process waited for it, where nobody handed anything over', () => {
  it.each<[string, number | undefined, boolean]>([
    ['at a time that nobody knows', undefined, false],
    ['before what may still be remembered of it', NOW - MAX_AGE_MS - 1, false],
    ['as long ago as may be', NOW - MAX_AGE_MS, true],
    ['just now', NOW, true],
    ['later than now, by a clock that was set', NOW + 5000, true],
  ])('takes it that it came only lately: it was started %s', (_, startedAt, hasCome) => {
    const guest: Guest = {
      process: THIS,
      origin: 'incoming',
      ...(startedAt === undefined ? {} : { startedAt }),
    };
    const verdict = hasCome ? { epoch: 1, owes: true } : { epoch: 0, owes: false };
    expect(judgeStay(readingOf(undefined, [], 0), foundOf(guest), 'found')).toEqual(verdict);
    const boot = { ...guest, origin: 'boot' } as const;
    expect(judgeStay(readingOf(undefined, [], 0), foundOf(boot), 'found')).toEqual({ epoch: 0, owes: false });
  });

  it('takes it that it came, whenever it was started, where somebody handed it over', () => {
    const guest: Guest = { process: THIS, origin: 'incoming', startedAt: 5 };
    const handed = snapshotOf('B', 3);
    const verdict = { epoch: 4, owes: true, carried: handed };
    expect(judgeStay(readingOf(undefined, [handed], 0), foundOf(guest), 'found')).toEqual(verdict);
  });
});

describe('recognised', () => {
  const named = { process: { ...THIS } };
  it.each<[string, Snapshot[], Guest, boolean | undefined]>([
    ['no entry', [], { process: THIS }, undefined],
    [
      "another host's entry that names such a process",
      [snapshotOf('B', 3, named)],
      { process: THIS },
      undefined,
    ],
    ['an entry that names another', [snapshotOf('A', 3, WHOSE.another.entry)], { process: THIS }, undefined],
    ['an entry that names none', [snapshotOf('A', 3)], { process: THIS }, undefined],
    ['an entry, where the monitor cannot tell', [snapshotOf('A', 3, named)], {}, undefined],
    [
      'that it was leaving',
      [snapshotOf('A', 3, { ...named, residence: 'leaving' })],
      { process: THIS },
      undefined,
    ],
    [
      'that it is on another host by now',
      [snapshotOf('A', 3, { ...named, residence: 'resident' }), snapshotOf('B', 4)],
      { process: THIS },
      undefined,
    ],
    [
      'that it still has to be announced',
      [snapshotOf('A', 3, { ...named, residence: 'arrived' }), snapshotOf('B', 2)],
      { process: THIS },
      true,
    ],
    [
      'that it was at home',
      [snapshotOf('A', 3, { ...named, residence: 'resident' }), snapshotOf('B', 3)],
      { process: THIS },
      false,
    ],
    ['its process, and nothing of where it stood', [snapshotOf('A', 3, named)], { process: THIS }, false],
  ])('finds %s', (_, [own, ...others], guest, owes) => {
    const found = recognised(readingOf(own, others, 0), { host: 'A', guest });
    expect(found).toEqual(owes === undefined ? undefined : { owes });
  });

  it('finds none where a higher epoch is known than its entry says', () => {
    const own = snapshotOf('A', 3, { ...named, residence: 'resident' });
    expect(recognised(readingOf(own, [], 4), { host: 'A', guest: { process: THIS } })).toBeUndefined();
  });
});

describe('isOfProcess', () => {
  const entry = (over: Partial<Snapshot>): BelievedEntry => ({
    ...{ snapshot: snapshotOf('A', 3, over), writtenAt: WRITTEN_AT },
  });
  const newer = snapshotOf('B', 4);
  const since = (ms: number): Guest => ({ process: THIS, startedAt: WRITTEN_AT + ms });

  it.each<[string, BelievedEntry, Guest, 'it' | 'another', boolean]>([
    [
      'names a later process of its number',
      entry({ process: { ...THIS, startTicks: 200 } }),
      since(-1),
      'it',
      false,
    ],
    ['names a process of another boot', entry({ process: { ...THIS, bootId: 'x' } }), since(-1), 'it', false],
    ['names no process, and the guest was started well after', entry({}), since(2001), 'it', false],
    [
      'names no process nor time, and is not the newest',
      { snapshot: snapshotOf('A', 3) },
      since(-1),
      'another',
      false,
    ],
    ['may be of any process, and is not the newest', entry({ process: THIS }), {}, 'another', false],
    [
      'names the process, whenever that was started',
      entry({ process: { ...THIS } }),
      since(9e9),
      'another',
      true,
    ],
    [
      'names no process, and the guest was started when it was written',
      entry({}),
      since(2000),
      'another',
      true,
    ],
    ['names no process, and the guest was started before', entry({}), since(-60_000), 'another', true],
    [
      'names a process where the guest tells only when it was started',
      entry({ process: THIS }),
      { startedAt: 5 },
      'another',
      true,
    ],
    [
      'names no process nor time, and is the newest',
      { snapshot: snapshotOf('A', 3) },
      since(9e9),
      'it',
      true,
    ],
    ['may be of any process, and is the newest', entry({ process: THIS }), {}, 'it', true],
  ])('of an entry that %s', (_, own, guest, newest, isIts) => {
    expect(isOfProcess(own, newest === 'it' ? own.snapshot : newer, guest)).toBe(isIts);
  });
});

describe('judgeStay, whatever is read', () => {
  const origin = fc.constantFrom<(GuestOrigin | undefined)[]>('boot', 'incoming', undefined);
  const residence = fc.constantFrom<(SnapshotResidence | undefined)[]>(
    'arrived',
    'resident',
    'leaving',
    undefined,
  );
  const ownEntry = (...whose: Whose[]) => fc.tuple(fc.constantFrom(...whose), fc.nat(9), residence);
  const anything = fc.record({
    own: fc.option(ownEntry('this', 'another', 'before', 'after', 'untold'), { nil: undefined }),
    others: fc.array(fc.nat(9), { maxLength: 3 }),
    knownEpoch: fc.nat(9),
    origin,
    judgement: fc.constantFrom<Judgement[]>('found', 'returned', 'kept'),
  });
  type Situation = typeof anything extends fc.Arbitrary<infer T> ? T : never;
  const judge = ({ own: told, others, knownEpoch, origin: from, judgement }: Situation) => {
    const own =
      told === undefined
        ? undefined
        : snapshotOf('A', told[1], {
            ...WHOSE[told[0]].entry,
            ...(told[2] === undefined ? {} : { residence: told[2] }),
          });
    const guest = { ...WHOSE[told?.[0] ?? 'this'].guest, ...(from === undefined ? {} : { origin: from }) };
    const reading = readingOf(
      own,
      others.map((epoch, index) => snapshotOf(`B${index}`, epoch)),
      knownEpoch,
    );
    return { reading, verdict: judgeStay(reading, foundOf(guest, knownEpoch), judgement) };
  };

  it('has a guest that was started here owe nothing, and inherit nothing', () => {
    const own = fc.option(ownEntry('another', 'after'), { nil: undefined });
    fc.assert(
      fc.property(anything, own, (situation, theirs) => {
        const { reading, verdict } = judge({ ...situation, own: theirs, origin: 'boot', judgement: 'found' });
        expect(verdict).toEqual({ epoch: reading.epoch + Math.sign(reading.entries.length), owes: false });
      }),
    );
  });

  it('never has an epoch below what was read, but for that of one that was booted elsewhere', () => {
    fc.assert(
      fc.property(anything, (situation) => {
        const { reading, verdict } = judge(situation);
        const received = reading.entries.filter(({ snapshot }) => snapshot.origin !== 'boot');
        const highest = Math.max(0, ...received.map(({ snapshot }) => snapshot.epoch));
        expect(verdict.epoch).toBeGreaterThanOrEqual(highest);
      }),
    );
  });

  it.each(['found', 'returned'] as const)(
    'is at home where its name was booted elsewhere: %s',
    (judgement) => {
      const snapshot = (host: string, over: Partial<Snapshot>) => ({
        epoch: 0,
        format: 1 as const,
        guest: 'name:web-1' as GuestKey,
        host,
        nics: [],
        ...over,
      });
      const process = { bootId: 'b', pid: 1, startTicks: 1 };
      const entries = [
        { snapshot: snapshot('B', { epoch: 5, origin: 'boot' }) },
        { snapshot: snapshot('A', { epoch: 3, process, residence: 'resident' }) },
      ];
      const found = { host: 'A', guest: { process }, knownEpoch: 3, now: 0, maxAgeMs: 1 };
      expect(judgeStay({ entries, epoch: 5 }, found, judgement)).toMatchObject({ epoch: 3, owes: false });
    },
  );

  it('has a guest that came, or was elsewhere, an epoch above all that was read', () => {
    fc.assert(
      fc.property(anything, (situation) => {
        const { reading, verdict } = judge(situation);
        const isRemembered = verdict.carried?.host === 'A' && verdict.carried.residence === 'arrived';
        if (verdict.owes && !isRemembered) expect(verdict.epoch).toBe(reading.epoch + 1);
      }),
    );
  });

  it('keeps the epoch where the own entry names the process, and nobody knows of a higher one', () => {
    fc.assert(
      fc.property(anything, ownEntry('this', 'before'), (situation, [whose, epoch, stood]) => {
        const others = situation.others.map((other) => Math.min(other, epoch));
        const knownEpoch = Math.min(situation.knownEpoch, epoch);
        const { verdict } = judge({ ...situation, own: [whose, epoch, stood], others, knownEpoch });
        expect(verdict.epoch).toBe(epoch);
        if (situation.judgement !== 'kept') expect(verdict.owes).toBe(stood === 'arrived');
      }),
    );
  });
});
