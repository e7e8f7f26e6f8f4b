import { type Guest, isSameProcess, type Snapshot } from '@nic-herald/core';
import type { BelievedEntry, HandoffReading } from '../knowledge/newest-snapshot.js';
import type { Judgement } from './residence.js';

/** What the hand-off says of a guest that is found running here. */
export interface StayVerdict {
  /** The epoch it has here from now on. */
  readonly epoch: number;
  /** It came here, and its first round is still to be sent. */
  readonly owes: boolean;
  /** What was known of it and still holds. */
  readonly carried?: Snapshot;
}

/** Where the guest is found, and what is known of it there. */
export interface FoundGuest {
  readonly host: string;
  readonly guest: Pick<Guest, 'process' | 'startedAt' | 'origin'>;
  /** Its epoch as known before the hand-off was read; 0 where nothing is. */
  readonly knownEpoch: number;
  /** Ms since 1970 UTC. */
  readonly now: number;
  /** How long what was learned counts, ms: as long as a switch remembers, or as an operator says. */
  readonly maxAgeMs: number;
}

/** A process started this much after a snapshot was written, ms, may still be the one in it: clocks differ. */
const CLOCKS_DIFFER_MS = 2000;

/**
 * Judges a guest that runs here and was not seen to arrive: it was here all the time, it came unseen, it came back, or
 * it was started afresh. Pure.
 *
 * A guest has arrived only where its own process waited for it. One that was started here inherits nothing and
 * announces nothing of its former life: an address that it held may be another's by now. It gets an epoch above all,
 * so that what was known before is believed by nobody any more.
 */
export const judgeStay = (
  { entries, newest, epoch }: Pick<HandoffReading, 'entries' | 'newest' | 'epoch'>,
  found: FoundGuest,
  judgement: Judgement,
): StayVerdict => {
  const { host, guest, knownEpoch } = found;
  if (judgement === 'kept') return { epoch, owes: false, ...carrying(newest) };
  const own = entries.find(({ snapshot }) => snapshot.host === host);
  if (own === undefined || !isOfProcess(own, newest, guest)) {
    // It left and is back, and its own entry is gone: it is announced where another host said that it has it.
    if (judgement === 'returned') {
      return hasClaim(entries, knownEpoch)
        ? { epoch: epoch + 1, owes: true }
        : { epoch: knownEpoch, owes: false };
    }
    if (hasArrived(found, newest)) return { epoch: epoch + 1, owes: true, ...carrying(newest) };
    return { epoch: entries.length === 0 ? epoch : epoch + 1, owes: false };
  }
  const { snapshot } = own;
  const known = Math.max(knownEpoch, snapshot.epoch);
  if (
    hasClaim(
      entries.filter((each) => each !== own),
      known,
    )
  )
    return { epoch: epoch + 1, owes: true, ...carrying(snapshot) };
  // Not above a guest of this name that was booted elsewhere: that one may be the only one by now.
  return { epoch: known, owes: snapshot.residence === 'arrived', ...carrying(snapshot) };
};

/** Whether another process has received the very guest since. One that was booted has begun a life of its own. */
const hasClaim = (entries: readonly BelievedEntry[], epoch: number): boolean =>
  entries.some(({ snapshot }) => snapshot.epoch > epoch && snapshot.origin !== 'boot');

/** Whether this host's entry is about this process. */
export const isOfProcess = (
  { snapshot, writtenAt }: BelievedEntry,
  newest: Snapshot | undefined,
  { process, startedAt }: FoundGuest['guest'],
): boolean => {
  if (process !== undefined && snapshot.process !== undefined) {
    return isSameProcess(process, snapshot.process);
  }
  // An older version, or a monitor that cannot tell processes apart.
  if (startedAt !== undefined && writtenAt !== undefined) return startedAt <= writtenAt + CLOCKS_DIFFER_MS;
  return newest === snapshot;
};

/**
 * What is owed to a guest that waits to go on and that this very process had before: QEMU tells it from one that was
 * just received by nothing. Absent where it is about to arrive.
 */
export const recognised = (
  { entries, epoch }: Pick<HandoffReading, 'entries' | 'epoch'>,
  { host, guest: { process } }: Pick<FoundGuest, 'host' | 'guest'>,
): { readonly owes: boolean } | undefined => {
  const own = entries.find(({ snapshot }) => snapshot.host === host)?.snapshot;
  if (own?.process === undefined || process === undefined || !isSameProcess(own.process, process))
    return undefined;
  return own.residence === 'leaving' || own.epoch < epoch ? undefined : { owes: own.residence === 'arrived' };
};

/**
 * Whether a guest came here unseen. Where the monitor cannot tell, one whose newest snapshot is another host's came from
 * there. Where nobody handed anything over, one that has been here for long is at home: an agent that is installed beside
 * guests that run announces none of them.
 */
const hasArrived = (
  { guest: { origin, startedAt }, host, now, maxAgeMs }: FoundGuest,
  newest: Snapshot | undefined,
): boolean => {
  if (origin === undefined) return newest !== undefined && newest.host !== host;
  if (origin === 'boot') return false;
  return newest !== undefined || (startedAt !== undefined && now - startedAt <= maxAgeMs);
};

const carrying = (carried: Snapshot | undefined): Pick<StayVerdict, 'carried'> =>
  carried === undefined ? {} : { carried };
