import { type HandoffEntry, HeraldError, type Snapshot } from '@nic-herald/core';
import type { MacAddress } from '@nic-herald/wire';
import { agedSnapshot } from './aged-snapshot.js';
import { believedEpoch } from './believed-epoch.js';
import { entryAge, inWords } from './entry-age.js';
import { onePerHost } from './one-per-host.js';
import { mayBeOf } from './same-machine.js';

/** One host's entry that is about this guest, as it is worth by now. */
export interface BelievedEntry {
  /** Its stations and addresses as old as they are by now. */
  readonly snapshot: Snapshot;
  /** When it was written, ms since 1970 UTC by this host's clock; absent where nothing tells. */
  readonly writtenAt?: number;
}

/** What the hand-off says of a guest. */
export interface HandoffReading {
  /** The snapshot to believe; absent where there is none that can be read. */
  readonly newest?: Snapshot;
  /** When the ages in `newest` were true, ms since 1970 UTC by this host's clock. */
  readonly agesAt?: number;
  /** How old `newest` was when it was read, ms; absent where nothing tells. */
  readonly ageMs?: number;
  /** The highest epoch that is believed; 0 where there is none. */
  readonly epoch: number;
  readonly snapshots: readonly { readonly host: string; readonly epoch: number }[];
  /** Hosts whose entries cannot be read. */
  readonly unreadable: readonly string[];
  /** All that is believed, the newest first. */
  readonly entries: readonly BelievedEntry[];
  /** Entries that cannot be read, are another machine's, or claim what cannot be. */
  readonly problems: readonly HeraldError[];
  /** When it was read, by `Clock.elapsed`: from then on what it says grows older. Absent where nothing was. */
  readonly readAt?: number;
}

/** An empty hand-off. */
export const NO_HANDOFF: HandoffReading = {
  epoch: 0,
  snapshots: [],
  unreadable: [],
  entries: [],
  problems: [],
};

/** For whom, where and when the hand-off is read. */
export interface HandoffView {
  /** The host that reads. */
  readonly host: string;
  readonly guestIs: 'incoming' | 'running';
  /** The guest's primary MACs; none where it does not tell them: then every entry of its key counts as its own. */
  readonly primaryMacs: readonly MacAddress[];
  /** The guest's epoch as known here. */
  readonly knownEpoch: number;
  readonly maxAgeMs: number;
  /** Ms since 1970 UTC. */
  readonly now: number;
  /** Since when the guest is awaited, ms since 1970 UTC; absent where it is not. */
  readonly awaitedSince?: number;
}

type Readable = Extract<HandoffEntry, { snapshot: unknown }>;

/**
 * Chooses among all hosts' entries: the highest epoch wins; within one epoch another host's before this one's where
 * the guest is about to come here (`incoming`), and this host's where it runs here; then the later one. Of one host's
 * entries in several stores the newest counts. Entries of another machine with the same key are no evidence, nor is an
 * epoch out of all bounds.
 */
export const readHandoff = (entries: readonly HandoffEntry[], view: HandoffView): HandoffReading => {
  const readable = entries.filter((entry): entry is Readable => 'snapshot' in entry);
  const isOurs = ({ snapshot }: Readable): boolean =>
    mayBeOf(
      snapshot.nics.map(({ primaryMac }) => primaryMac),
      view.primaryMacs,
    );
  const doubts: HeraldError[] = [];
  const aged = readable.filter(isOurs).map((entry) => {
    const { ageMs, doubt } = entryAge(entry.snapshot, entry.ageMs, view.now);
    if (doubt !== undefined) doubts.push(doubt);
    return agedEntry(entry.snapshot, ageMs, view);
  });
  const epoch = believedEpoch(
    aged.map(({ snapshot, isFresh }) => ({ epoch: snapshot.epoch, isFresh })),
    view.knownEpoch,
  );
  const [believed, unbelieved] = parted(aged, ({ snapshot }) => snapshot.epoch <= epoch);
  // Where there is nothing else, what such an entry knows is better than nothing; its number counts for nothing.
  const used = onePerHost(
    believed.length > 0
      ? believed
      : unbelieved.map((each) => ({ ...each, snapshot: { ...each.snapshot, epoch } })),
  );
  // A guest that is on its way comes from where it leaves, not from where one of its name was booted beside it.
  const isComing = used.some(({ isUnderWay }) => isUnderWay);
  const isBeside = ({ snapshot, isUnderWay }: AgedEntry): boolean =>
    isComing && !isUnderWay && snapshot.origin === 'boot';
  const inOrder = [...used].sort(
    (a, b) => Number(isBeside(a)) - Number(isBeside(b)) || newestFirst(view)(a, b),
  );
  const [newest] = inOrder;
  return {
    ...(newest === undefined ? {} : { newest: newest.snapshot, agesAt: newest.agesAt }),
    ...(newest?.writtenAt === undefined ? {} : { ageMs: newest.ageMs }),
    epoch,
    snapshots: onePerHost(aged).map(({ snapshot }) => ({ host: snapshot.host, epoch: snapshot.epoch })),
    unreadable: [...new Set(entries.flatMap((entry) => ('problem' in entry ? [entry.host] : [])))],
    entries: inOrder.map(({ snapshot, writtenAt }) => ({
      snapshot,
      ...(writtenAt === undefined ? {} : { writtenAt }),
    })),
    problems: onceEach([
      ...entries.flatMap((entry) => ('problem' in entry ? [entry.problem] : [])),
      ...readable
        .filter((entry) => !isOurs(entry) && entry.snapshot.nics.length > 0)
        .map(({ snapshot }) => twin(snapshot)),
      ...unbelieved.map(({ snapshot }) => outOfBounds(snapshot, epoch)),
      ...doubts,
      ...(newest === undefined || newest.isFresh ? [] : [stale(newest.snapshot, newest.ageMs)]),
    ]),
  };
};

/** Several stores may say the same. */
const onceEach = (problems: readonly HeraldError[]): readonly HeraldError[] => [
  ...new Map(problems.map((each) => [`${each.code} ${each.message}`, each])).values(),
];

interface AgedEntry extends BelievedEntry {
  readonly isFresh: boolean;
  /** It is what a host said last before it sent the guest here. */
  readonly isUnderWay: boolean;
  readonly ageMs: number;
  readonly agesAt: number;
}

const agedEntry = (
  snapshot: Snapshot,
  told: number | undefined,
  { maxAgeMs, now, awaitedSince }: HandoffView,
): AgedEntry => {
  const ageMs = told ?? 0;
  const writtenAt = told === undefined ? {} : { writtenAt: now - ageMs };
  // What a host said last before it sent the guest here stays as it was, however long the guest is on its way. One that
  // had not announced the guest yet says that in place of that it leaves.
  const isUnderWay =
    (snapshot.residence === 'leaving' || snapshot.residence === 'arrived') &&
    awaitedSince !== undefined &&
    ageMs <= Math.max(0, now - awaitedSince) + maxAgeMs;
  if (isUnderWay) return { snapshot, ageMs, agesAt: now - ageMs, isFresh: true, isUnderWay, ...writtenAt };
  return {
    snapshot: agedSnapshot(snapshot, ageMs, maxAgeMs),
    ageMs,
    agesAt: now,
    isFresh: ageMs <= maxAgeMs,
    isUnderWay,
    ...writtenAt,
  };
};

const newestFirst =
  ({ host, guestIs }: HandoffView) =>
  (a: AgedEntry, b: AgedEntry): number => {
    const rank = ({ snapshot }: AgedEntry): number =>
      (snapshot.host === host) === (guestIs === 'running') ? 1 : 0;
    return (
      b.snapshot.epoch - a.snapshot.epoch ||
      rank(b) - rank(a) ||
      (b.writtenAt ?? 0) - (a.writtenAt ?? 0) ||
      (a.snapshot.host < b.snapshot.host ? -1 : 1)
    );
  };

const parted = <T>(items: readonly T[], isFirst: (item: T) => boolean): readonly [T[], T[]] => [
  items.filter(isFirst),
  items.filter((item) => !isFirst(item)),
];

const twin = ({ host, guest, nics }: Snapshot): HeraldError =>
  new HeraldError(
    'HERALD_GUEST_TWIN',
    `${host} has an entry of another machine for ${guest} (with ${nics
      .slice(0, 4)
      .map(({ primaryMac }) => primaryMac)
      .join(
        ', ',
      )}): it shares no primary MAC with this guest, so nothing of it is used; give each guest a UUID of its own`,
    { details: { host, guest } },
  );

const outOfBounds = ({ host, guest, epoch }: Snapshot, highest: number): HeraldError =>
  new HeraldError(
    'HERALD_EPOCH_DOUBTFUL',
    `${host} says that ${guest} has moved ${epoch} times, the others know of ${highest}: it is not believed; look at the entry of ${host}, and remove it`,
    { details: { host, guest, epoch, highest } },
  );

const stale = ({ host, guest }: Snapshot, ageMs: number): HeraldError =>
  new HeraldError(
    'HERALD_SNAPSHOT_STALE',
    `what ${host} handed over of ${guest} is ${inWords(ageMs)} old, and may live elsewhere by now: only primary MACs are announced until its cards are read here; look whether nic-herald runs on ${host}`,
    { details: { host, guest, ageMs } },
  );
