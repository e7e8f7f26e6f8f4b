import { isHeraldError, MAX_SNAPSHOT_DEPTH, type Snapshot } from '@nic-herald/core';
import { demand, inWords, quote } from './contract-broken.js';
import type { ContractCase, ContractSuite } from './contract-suite.js';
import { handoffBoundCases } from './handoff-bound-cases.js';
import { type DisconnectedHandoff, disconnectedCase } from './handoff-disconnected-case.js';
import { handoffNoteCases } from './handoff-note-cases.js';
import { handoffQuestionCases } from './handoff-question-cases.js';
import { DB, HandoffUse, type OpenedHandoff, type UsingHandoff, WEB } from './handoff-use.js';
import { DEFAULT_LIMIT_MS, outcomeOf } from './outcome.js';
import { sampleGuest, sampleMacs, sampleSnapshot } from './sample-snapshot.js';
import { Signpost } from './signpost.js';

/** A hand-off store, and how to come by it. */
export interface HandoffStoreContractOptions {
  /** Opens an empty one; called for each case. */
  readonly open: () => Promise<OpenedHandoff>;
  /** Why nothing can be made unreadable; it must be given where `spoil` is missing. */
  readonly noSpoil?: string;
  /** Opens an empty one that is started while it cannot be reached. */
  readonly openDisconnected?: () => Promise<DisconnectedHandoff>;
  /** Why it cannot be started so, where `openDisconnected` is missing. */
  readonly noDisconnect?: string;
  /** How long one call may take, and a watcher may wait, ms of real time; default 2000. */
  readonly limitMs?: number;
}

/** Names that a store might take for a path, for each other, or for something of its own. */
const ODD_HOSTS = [
  '../a',
  'a/b',
  '.',
  'A',
  'a',
  '%41',
  'ü',
  'u\u0308',
  'a b',
  "a'b",
  '*',
  'x'.repeat(128),
  'con',
  '~',
];
const ODD_GUESTS = [
  'name:../../etc',
  'name:Db',
  'name:d%62',
  'name:uuid:x',
  `name:${'é'.repeat(256)}`,
  'name:@',
];

/** Where a guest may stand, absent as an older version leaves it; which writer and process is the same for all. */
const RESIDENCES = [undefined, 'arrived', 'resident', 'leaving'] as const;
/** Deeper than any stack takes, in a process that has called little so far. */
const DEEP = 100_000;
/** An entry may seem older than it is by so much, ms: some stores keep time in whole seconds. */
const COARSE_MS = 2000;

const withOrigin = (snapshot: Snapshot, residence: (typeof RESIDENCES)[number]): Snapshot => ({
  ...snapshot,
  writtenAt: 1_700_000_000_000.25,
  writer: { agent: 'é'.repeat(64) },
  process: { bootId: '6f1f2c1e-7d3a-4b7e-9a55-2f0d8f1f6f01', pid: 4_194_304, startTicks: 0 },
  ...(residence === undefined ? {} : { residence }),
});

/** The contract of a hand-off store: `HandoffStore` as a host relies on it. */
export const handoffStoreContract = ({
  open,
  noSpoil,
  openDisconnected,
  noDisconnect = 'no `openDisconnected` was given',
  limitMs = DEFAULT_LIMIT_MS,
}: HandoffStoreContractOptions): ContractSuite => {
  const using: UsingHandoff = (name, run, skip) => ({
    name,
    ...(skip === undefined ? {} : { skip }),
    run: async () => {
      const opened = await open();
      try {
        await run(new HandoffUse(opened, limitMs));
      } finally {
        await opened.close();
      }
    },
  });
  const cases = [
    ...entryCases(using, noSpoil),
    ...handoffBoundCases(using),
    ...handoffQuestionCases(using),
    ...handoffNoteCases(using),
    disconnectedCase(openDisconnected, limitMs, noDisconnect),
  ];
  return { name: 'the contract of a hand-off store', cases };
};

const entryCases = (using: UsingHandoff, noSpoil: string | undefined): readonly ContractCase[] => [
  using('has nothing where nothing was published', async (use) => {
    demand(
      (await use.fetch(WEB)).length === 0,
      '`fetch` gave entries of a guest that nobody published: an empty list is wanted',
    );
    await use.remove(WEB, 'A');
  }),
  using('gives every host what was published, as it was', async (use) => {
    for (const nics of [0, 1, 64]) {
      const snapshot = sampleSnapshot(WEB, 'A', 3, nics);
      await use.publish(snapshot);
      use.same(await use.fetch(WEB), [snapshot], `after a snapshot of ${nics} NICs was published`);
    }
  }),
  using('gives who wrote a snapshot, when, and where the guest stood, as it was', async (use) => {
    for (const residence of RESIDENCES) {
      const snapshot = withOrigin(sampleSnapshot(WEB, 'A', 3), residence);
      await use.publish(snapshot);
      use.same(
        await use.fetch(WEB),
        [snapshot],
        `after a snapshot of residence ${residence ?? 'unknown'} was published`,
      );
    }
    const older = sampleSnapshot(WEB, 'A', 3);
    await use.publish(older);
    use.same(await use.fetch(WEB), [older], 'after a snapshot without a writer replaced one with it');
  }),
  using('tells by its own clock how long ago an entry was stored, or not at all', async (use) => {
    for (const writtenAt of [0, 1_700_000_000_000, 8_640_000_000_000_000]) {
      const asked = performance.now();
      await use.publish({ ...sampleSnapshot(WEB, 'A', 1), writtenAt });
      const [entry] = await use.fetch(WEB);
      const most = performance.now() - asked + COARSE_MS;
      const ageMs = entry !== undefined && 'snapshot' in entry ? (entry.ageMs ?? 0) : 0;
      demand(
        ageMs >= 0 && ageMs <= most,
        `\`fetch\` gave an \`ageMs\` of ${quote(ageMs)} right after the entry was published with a \`writtenAt\` of ` +
          `${writtenAt}: at most ${Math.round(most)} is wanted, by the clock of the store and not by the writer's`,
      );
    }
  }),
  using("replaces a host's entry, and keeps those of other hosts and guests", async (use) => {
    const others = [sampleSnapshot(WEB, 'B', 1), sampleSnapshot(DB, 'A', 1)];
    for (const snapshot of [sampleSnapshot(WEB, 'A', 1, 3), ...others, sampleSnapshot(WEB, 'A', 2, 0)]) {
      await use.publish(snapshot);
    }
    use.same(
      await use.fetch(WEB),
      [sampleSnapshot(WEB, 'A', 2, 0), sampleSnapshot(WEB, 'B', 1)],
      'after A published twice and B once',
    );
    use.same(await use.fetch(DB), [sampleSnapshot(DB, 'A', 1)], 'of another guest');
  }),
  using('keeps the last of many written at once', async (use) => {
    await Promise.all(
      Array.from({ length: 20 }, (_, epoch) => use.publish(sampleSnapshot(WEB, 'A', epoch, epoch % 4))),
    );
    use.same(
      await use.fetch(WEB),
      [sampleSnapshot(WEB, 'A', 19, 3)],
      'after 20 snapshots were published without waiting',
    );
  }),
  using('keeps hosts and guests apart, whatever they are called', async (use) => {
    const hosts = ODD_HOSTS.map((host) => sampleSnapshot(WEB, host, 1));
    const guests = ODD_GUESTS.map((guest) => sampleSnapshot(sampleGuest(guest), 'A', 1));
    for (const snapshot of [...hosts, ...guests]) await use.publish(snapshot);
    use.same(await use.fetch(WEB), hosts, 'of a guest with entries of hosts with odd names');
    for (const snapshot of guests)
      use.same(await use.fetch(snapshot.guest), [snapshot], `of the guest ${snapshot.guest.slice(0, 40)}`);
  }),
  using('removes the entry it is told to, and no other', async (use) => {
    for (const host of ['A', 'B']) await use.publish(sampleSnapshot(WEB, host, 1));
    for (let times = 0; times < 2; times += 1) await use.remove(WEB, 'A'); // the second finds nothing
    use.same(await use.fetch(WEB), [sampleSnapshot(WEB, 'B', 1)], "after A's entry was removed, twice");
  }),
  using('tells watchers of every change, and no more once they stopped', async (use) => {
    const told = new Signpost(use.limitMs);
    const afterStop = new Signpost(use.limitMs);
    const stop = use.store.watch(WEB, () => told.tell());
    const stopped = use.store.watch(WEB, () => afterStop.tell());
    await use.publish(sampleSnapshot(WEB, 'B', 1));
    await told.next('a watcher was not told that an entry was published');
    stopped();
    stopped(); // once more is no error
    await use.quiet(told);
    const before = afterStop.count;
    await use.remove(WEB, 'B');
    await told.next('a watcher was not told that an entry was removed');
    await use.quiet(told);
    demand(afterStop.count === before, 'a watcher was told of a change after it had stopped watching');
    stop();
  }),
  using(
    'shows an entry that cannot be read with its problem, and hides no other',
    async (use) => {
      for (const host of ['A', 'B']) await use.publish(sampleSnapshot(WEB, host, 1));
      await use.spoil(WEB, 'A');
      const entries = await use.fetch(WEB);
      const bad = entries.find((entry) => 'problem' in entry);
      demand(
        bad !== undefined && isHeraldError(bad.problem),
        `\`fetch\` gave ${quote(entries)}: an entry { host, problem } with a HeraldError is wanted for the one that cannot be read`,
      );
      use.same(
        entries.filter((entry) => entry !== bad),
        [sampleSnapshot(WEB, 'B', 1)],
        'beside an entry that cannot be read',
      );
      const [heads, ofA] = [await use.ownersOf(sampleMacs(1)), await use.ofHost('A')];
      demand(
        heads.length === 1 && ofA.length === 0,
        `\`ownersOf\` gave ${quote(heads)} and \`ofHost\` ${quote(ofA)}: the heads of readable entries alone are wanted`,
      );
    },
    noSpoil,
  ),
  using('believes nothing that is no snapshot', async (use) => {
    const wrong = { ...sampleSnapshot(WEB, 'A', 1), epoch: -1 };
    const outcome = await outcomeOf(
      () => use.store.publish(wrong, new AbortController()),
      use.limitMs,
      '`publish` did not end',
    );
    if ('thrown' in outcome) return;
    const entries = await use.fetch(WEB);
    demand(
      !entries.some((entry) => 'snapshot' in entry),
      '`fetch` gave an entry of epoch -1 as a snapshot: what is read was written by others, check it with `parseSnapshot`',
    );
  }),
  using('is harmed by no state that is nested too deep', async (use) => {
    await use.publish(sampleSnapshot(WEB, 'B', 1));
    for (const depth of [MAX_SNAPSHOT_DEPTH, DEEP]) {
      const state: unknown = JSON.parse('['.repeat(depth) + ']'.repeat(depth));
      const { nics, ...rest } = sampleSnapshot(WEB, 'A', 1);
      const outcome = await outcomeOf(
        () =>
          use.store.publish({ ...rest, nics: nics.map((nic) => ({ ...nic, state })) }, new AbortController()),
        use.limitMs,
        '`publish` did not end',
      );
      demand(
        !('thrown' in outcome) || isHeraldError(outcome.thrown),
        `\`publish\` of a state nested ${depth} deep failed with ${'thrown' in outcome ? inWords(outcome.thrown) : ''}: ` +
          'a HeraldError is wanted, or none',
      );
      use.same(
        (await use.fetch(WEB)).filter((entry) => 'snapshot' in entry || entry.host !== 'A'),
        [sampleSnapshot(WEB, 'B', 1)],
        `beside an entry whose state is nested ${depth} deep`,
      );
    }
  }),
  using('ends its calls when it is told to', async (use) => {
    const signal = AbortSignal.abort();
    for (const [name, call] of [
      ['publish', () => use.store.publish(sampleSnapshot(WEB, 'A', 1), { signal })],
      ['fetch', () => use.store.fetch(WEB, { signal })],
      ['ownersOf', () => use.store.ownersOf(sampleMacs(1), { signal })],
      ['ofHost', () => use.store.ofHost('A', { signal })],
      ['remove', () => use.store.remove(WEB, 'A', { signal })],
    ] as const) {
      await outcomeOf<unknown>(call, use.limitMs, `\`${name}\` did not end though its signal was aborted`);
    }
  }),
];
