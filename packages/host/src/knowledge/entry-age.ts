import { HeraldError, type Snapshot } from '@nic-herald/core';

/** How far two clocks may be apart before one of them is doubted, ms. */
const CLOCKS_AGREE_MS = 30_000;
/** How far a clock may be off and still be taken for a clock, ms; beyond, the entry is taken to be that old. */
const CLOCK_DRIFTS_MS = 3_600_000;

/** How old an entry is, ms, 0 and up; absent where nothing tells. And what speaks against it. */
export interface EntryAge {
  readonly ageMs?: number;
  readonly doubt?: HeraldError;
}

/**
 * How long ago an entry was written: by the store's clock, and by the writer's. Where they disagree a clock is wrong,
 * and nobody can tell which. Up to an hour apart the entry is taken to be as young as one of them says, for a clock
 * that is minutes off must not keep every guest dark. Further apart it is as old as one of them says: it was copied or
 * restored, and what it names may live elsewhere by now. `now` is ms since 1970 UTC.
 */
export const entryAge = (
  snapshot: Pick<Snapshot, 'host' | 'guest' | 'writtenAt'>,
  storedMs: number | undefined,
  now: number,
): EntryAge => {
  const { writtenAt } = snapshot;
  if (writtenAt === undefined) return storedMs === undefined ? {} : { ageMs: Math.max(0, storedMs) };
  const writtenMs = now - writtenAt;
  const isAhead = writtenMs < -CLOCKS_AGREE_MS;
  if (storedMs === undefined) {
    const ageMs = Math.max(0, writtenMs);
    return isAhead ? { ageMs, doubt: doubt(snapshot, -writtenMs, "this host's") } : { ageMs };
  }
  if (Math.abs(writtenMs - storedMs) <= CLOCKS_AGREE_MS) return { ageMs: Math.max(0, storedMs) };
  const [younger, older] = [Math.min(writtenMs, storedMs), Math.max(writtenMs, storedMs)];
  const isDrift = older - younger <= CLOCK_DRIFTS_MS;
  return {
    ageMs: Math.max(0, isDrift ? younger : older),
    doubt: doubt(snapshot, older - younger, "the store's"),
  };
};

/** Says by how much, and not when: the same doubt in the same words, however often it is raised. */
const doubt = (
  { host, guest }: Pick<Snapshot, 'host' | 'guest'>,
  apartMs: number,
  other: string,
): HeraldError =>
  new HeraldError(
    'HERALD_CLOCK_DOUBTFUL',
    `by the clock of ${host} its entry for ${guest} was written at another time than by ${other} clock, ${inWords(apartMs)} apart: one of them is wrong, or the entry was copied; set the clocks of ${host}, of this host and of the store by NTP`,
    { details: { host, guest } },
  );

const UNITS = [
  [86_400_000, 'days'],
  [3_600_000, 'hours'],
  [60_000, 'minutes'],
  [1000, 'seconds'],
] as const;

/** A duration for people: `10 minutes`, in the largest unit of which there are two. */
export const inWords = (ms: number): string => {
  const [unit, name] = UNITS.find(([size]) => ms >= 2 * size) ?? [1000, 'seconds'];
  return `${Math.round(Math.max(0, ms) / unit)} ${name}`;
};
