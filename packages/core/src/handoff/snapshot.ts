import type { MacAddress } from '@nic-herald/wire';
import type { GuestOrigin } from '../guest/guest.js';
import type { GuestKey } from '../guest/guest-identity.js';
import type { ProcessIncarnation } from '../guest/process-incarnation.js';
import type { LearnedStation } from '../learn/learned-station.js';
import type { SeenElsewhere } from './seen-elsewhere.js';

/** The snapshot format this version writes and reads. A change that an older reader could misread raises it. */
export const SNAPSHOT_FORMAT = 1;

/** Most moves of a guest that its snapshots name. */
export const MAX_SNAPSHOT_MOVES = 5;

/** One NIC as its host last saw it. */
export interface NicSnapshot {
  readonly id: string;
  readonly primaryMac: MacAddress;
  /** The model that wrote `state`; `primary-mac` where none could. */
  readonly model: string;
  /** The model's own state, as JSON; checked by the model that reads it. */
  readonly state?: unknown;
  readonly learned: readonly LearnedStation[];
  /** MACs this guest uses that are another guest's primary MAC by what this host knew: refused wherever it goes. */
  readonly foreign?: readonly MacAddress[];
  /**
   * What the guest claims here and is another's by what this host saw: refused wherever the guest goes, until it speaks so
   * itself.
   */
  readonly elsewhere?: readonly SeenElsewhere[];
}

/**
 * Where the guest stood on the host that wrote a snapshot.
 * - `arrived`: it runs there, and its first round is not out yet: whoever starts there next sends it
 * - `resident`: it is there, and nothing is owed
 * - `leaving`: it is being sent away, or was
 */
export type SnapshotResidence = 'arrived' | 'resident' | 'leaving';

/** Which agent wrote a snapshot: two under one host name are told apart by it. */
export interface SnapshotWriter {
  /** Made anew at each start of an agent; at most 64 characters. */
  readonly agent: string;
}

/** What one host knows of one guest, as handed from source to destination. */
export interface Snapshot {
  readonly format: typeof SNAPSHOT_FORMAT;
  readonly guest: GuestKey;
  /** Name of the host that wrote it. */
  readonly host: string;
  /** Number of the guest's migration; a higher one wins, within one the host that runs the guest. */
  readonly epoch: number;
  readonly nics: readonly NicSnapshot[];
  /** When it was written, ms since 1970 UTC by the writer's clock. Absent: an older version wrote it. */
  readonly writtenAt?: number;
  /** Who wrote it. Absent: an older version. */
  readonly writer?: SnapshotWriter;
  /** The hypervisor's process that ran the guest. Absent where the monitor cannot tell. */
  readonly process?: ProcessIncarnation;
  /** How that process came by the guest. Absent where the monitor cannot tell, or an older version wrote it. */
  readonly origin?: GuestOrigin;
  /** Where the guest stood then. Absent: an older version wrote it, and it counts as `resident`. */
  readonly residence?: SnapshotResidence;
  /**
   * When the guest moved, ms since 1970 UTC by the clocks of where it moved to: its last moves, at most
   * `MAX_SNAPSHOT_MOVES`, the newest last. Absent where none is known.
   */
  readonly moves?: readonly number[];
}

/** A snapshot without what is only for its guest's own destination: who owns which primary MAC. */
export interface SnapshotHead {
  readonly guest: GuestKey;
  readonly host: string;
  readonly epoch: number;
  readonly primaryMacs: readonly MacAddress[];
  /** As in the snapshot. */
  readonly writtenAt?: number;
  readonly writer?: SnapshotWriter;
}

/** The head of a snapshot. */
export const headOf = (snapshot: Snapshot): SnapshotHead => ({
  guest: snapshot.guest,
  host: snapshot.host,
  epoch: snapshot.epoch,
  primaryMacs: snapshot.nics.map((nic) => nic.primaryMac),
  ...(snapshot.writtenAt === undefined ? {} : { writtenAt: snapshot.writtenAt }),
  ...(snapshot.writer === undefined ? {} : { writer: snapshot.writer }),
});
