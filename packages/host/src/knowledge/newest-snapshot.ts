import type { HandoffEntry, HeraldError, Snapshot } from '@nic-herald/core';
import { withOlderAddresses } from './with-older-addresses.js';

/** What the hand-off says of a guest. */
export interface HandoffReading {
  /** The snapshot to believe; absent where there is none that can be read. */
  readonly newest?: Snapshot;
  /** The highest epoch of any entry; 0 where there is none. */
  readonly epoch: number;
  readonly snapshots: readonly { readonly host: string; readonly epoch: number }[];
  /** Entries that cannot be read. */
  readonly problems: readonly HeraldError[];
  /** When it was read, by this host's clock: from then on what it says grows older. Absent where nothing was. */
  readonly readAt?: number;
}

/** An empty hand-off. */
export const NO_HANDOFF: HandoffReading = { epoch: 0, snapshots: [], problems: [] };

/**
 * Chooses among all hosts' entries: the highest epoch wins; within one epoch another host's before
 * `thisHost`'s where the guest is about to come here (`incoming`), and this host's where it runs here.
 */
export const readHandoff = (
  entries: readonly HandoffEntry[],
  thisHost: string,
  guestIs: 'incoming' | 'running',
): HandoffReading => {
  const snapshots = entries.flatMap((entry) =>
    'snapshot' in entry ? [withAgedAddresses(entry.snapshot, entry.ageMs)] : [],
  );
  const rank = (snapshot: Snapshot): number =>
    (snapshot.host === thisHost) === (guestIs === 'running') ? 1 : 0;
  const [newest] = [...snapshots].sort(
    (a, b) => b.epoch - a.epoch || rank(b) - rank(a) || (a.host < b.host ? -1 : 1),
  );
  return {
    ...(newest === undefined ? {} : { newest }),
    epoch: newest?.epoch ?? 0,
    snapshots: snapshots.map(({ host, epoch }) => ({ host, epoch })),
    problems: entries.flatMap((entry) => ('problem' in entry ? [entry.problem] : [])),
  };
};

/**
 * With the addresses as old as they are by now. Stations stay as they were: a RARP for one that is used no more harms
 * nobody, while an address may be another's by now.
 */
const withAgedAddresses = (snapshot: Snapshot, storedMs = 0): Snapshot =>
  storedMs > 0
    ? {
        ...snapshot,
        nics: snapshot.nics.map((nic) => ({
          ...nic,
          learned: nic.learned.map((each) => withOlderAddresses(each, storedMs)),
        })),
      }
    : snapshot;
