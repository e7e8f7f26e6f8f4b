import type { Station } from '../announce/station.js';
import { type MultiToken, multiToken } from '../di/injection.js';
import type { Port } from '../port/port.js';
import type { PortClaim } from '../port/port-claim.js';
import type { LearnedStation } from './learned-station.js';
import type { MulticastReports } from './multicast-reports.js';

/** What a learner has seen at one port, and what it has not. */
export interface LearnedStations {
  /** Each station once, the latest seen first; never more than the learner's own bound. */
  readonly stations: readonly LearnedStation[];
  /**
   * False where it knows MACs without their VLANs (a bridge that does not look at tags): the stations then have
   * no VLAN, and that they were seen untagged is not proved.
   */
  readonly exactVlans: boolean;
  /** How many stations its table can hold; where it is full the longest unseen make room, at a reading at the latest. */
  readonly capacity: number;
  /** What the guest told of its multicast groups, each VLAN once; absent where nobody counts. */
  readonly multicastReports?: readonly MulticastReports[];
}

/** Learning at one port, from open to close. */
export interface PortLearner {
  /** What was seen so far, without what nic-herald itself injected. Rejects with a HeraldError. */
  read(options: { readonly signal: AbortSignal }): Promise<LearnedStations>;
  /**
   * Tells that frames of these stations were just put in at this port by nic-herald: until they are seen again,
   * they are not the guest's. Absent where the learner can tell such frames apart by itself.
   */
  injected?(stations: Iterable<Station>): void;
  /** Stops and leaves nothing behind. */
  close(): Promise<void>;
}

/**
 * Learns which stations a guest uses from the sources of the frames it sends. What one guest sends never costs
 * another its memory. May have `start` and `close`, see `HostService`.
 */
export interface StationLearner {
  /** Unique on a host: `linux-bpf`. */
  readonly name: string;
  /** How well it can learn at a port now. The best one is asked to open it, then the next. */
  claim(port: Port, options: { readonly signal: AbortSignal }): Promise<PortClaim>;
  /** Starts learning. Rejects with a HeraldError where the port is missing or the system refuses; the next learner is then tried. */
  open(port: Port, options: { readonly signal: AbortSignal }): Promise<PortLearner>;
}

/** The learners of a host. Any number; none means that only cards tell of stations. */
export const STATION_LEARNER: MultiToken<StationLearner> = multiToken<StationLearner>('core/station-learner');
