import type { MacAddress } from '@nic-herald/wire';
import type { GuestKey } from '../guest/guest-identity.js';
import type { LearnedStation } from '../learn/learned-station.js';

/** The snapshot format this version writes and reads. A change that an older reader could misread raises it. */
export const SNAPSHOT_FORMAT = 1;

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
}

/** A snapshot without what is only for its guest's own destination: who owns which primary MAC. */
export interface SnapshotHead {
  readonly guest: GuestKey;
  readonly host: string;
  readonly epoch: number;
  readonly primaryMacs: readonly MacAddress[];
}

/** The head of a snapshot. */
export const headOf = (snapshot: Snapshot): SnapshotHead => ({
  guest: snapshot.guest,
  host: snapshot.host,
  epoch: snapshot.epoch,
  primaryMacs: snapshot.nics.map((nic) => nic.primaryMac),
});
