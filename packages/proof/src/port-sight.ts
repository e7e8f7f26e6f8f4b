import type { Port, Station, StationKey } from '@nic-herald/core';
import type { PortPicture } from './port-picture.js';

/** How long ago frames for a station came to the guest's port. */
export interface Arrival {
  /** The first since the port is watched, ms. */
  readonly firstAgeMs: number;
  /** The first since it is known there that the guest runs, ms; absent: none. */
  readonly runningAgeMs?: number;
  /** How many came until then; where many come at a time a few more may have. */
  readonly frames: number;
}

/** Notes when frames for stations come to one port. */
export interface ArrivalWatch {
  /** Waits for these, too; of those that it waits for already nothing is forgotten. Throws beyond its capacity. */
  await(stations: readonly Station[]): void;
  /** The guest runs: what comes from now on is for it. Throws where the system refuses. */
  guestRuns(): void;
  /** What came so far; a station to which nothing came has no entry. Throws where the system refuses. */
  read(): ReadonlyMap<StationKey, Arrival>;
  /** Ends it; the event loop is not held up. Never throws. */
  close(): void;
}

/** What can be seen of a guest's port from this host. */
export interface PortSight {
  /** Notes what comes to a port for at most so many stations. Throws where the system refuses, with the reason. */
  watch(port: Port, capacity: number): ArrivalWatch;
  /** Looks at the port; see `lookAtPort`. Once it is closed it sees nothing. */
  look(port: Port, stations: readonly Station[], everywhere: boolean): Promise<PortPicture | undefined>;
  close(): void;
}
