import type { AnnounceTiming } from '../announce/announce-timing.js';
import type { Station } from '../announce/station.js';

/** A station of one NIC, by that NIC's id. */
interface NicStation extends Station {
  readonly nic: string;
}

/** What an announcement on demand may choose. */
export interface AnnounceRequest {
  /** Ids of the NICs to announce; absent: all. An unknown id is an error. */
  readonly nics?: readonly string[];
  /**
   * Only these of what is planned, to repeat what did not arrive: the host that the guest left may know them again. One that the plan
   * no longer has is not announced. Absent: all.
   */
  readonly stations?: readonly NicStation[];
  /** The announcement that this one repeats, by its id: its report says so. */
  readonly retryOf?: string;
  /** Replaces parts of the policy's timing. */
  readonly timing?: Partial<AnnounceTiming>;
  readonly signal?: AbortSignal;
}
