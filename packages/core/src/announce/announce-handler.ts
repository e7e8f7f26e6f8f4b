import { type MultiToken, multiToken } from '../di/injection.js';
import type { AskedAddress } from '../learn/asked-address.js';
import type { LearnedAddress } from '../learn/learned-address.js';
import type { FilterView } from '../nic/filter-view.js';
import type { NicDescriptor } from '../nic/nic-descriptor.js';
import type { Announcement, Evidence } from './announcement.js';
import type { Station } from './station.js';

/** A station that may be announced, and how we know of it. */
export interface Candidate {
  readonly station: Station;
  readonly evidence: Evidence;
  /** How long ago the guest was last seen to use it, ms; absent where it was never seen. */
  readonly ageMs?: number;
  /** Its IP addresses that may be announced, the latest proved first; absent: none is known. */
  readonly addresses?: readonly LearnedAddress[];
  /** The addresses that it was seen to ask for, the last first; absent: none. */
  readonly asked?: readonly AskedAddress[];
}

/** What a handler works from. */
export interface AnnounceContext<S> {
  readonly nic: NicDescriptor;
  /** The model's state as handed over or captured; absent where there is none to be had. */
  readonly state?: S;
  /** The same in common words. */
  readonly filter: FilterView;
  /** Primary first, then learned by last seen, filter, paired. Each station once. */
  readonly candidates: readonly Candidate[];
  /**
   * What the policy sends for a candidate: one announcement for each kind it chose for that station, or for each
   * address where the kind is about addresses. Empty where no kind fits.
   */
  readonly announcementsFor: (candidate: Candidate) => readonly Announcement[];
}

/**
 * The announce logic of a NIC model. What it yields is held to the same rules and bounds as the candidates:
 * it can leave out and add, but not send what policy refuses, in kinds that policy does not choose, nor an address
 * that is not the candidate's. Throwing costs only this NIC, which then gets the default: what the policy sends for
 * each candidate.
 */
export interface AnnounceHandler<S = unknown> {
  /** The name of the model it speaks for; one handler per model. */
  readonly model: string;
  announcements(context: AnnounceContext<S>): Iterable<Announcement>;
}

/** The announce handlers of a host; a model without one gets what the policy sends for each candidate. */
export const ANNOUNCE_HANDLER: MultiToken<AnnounceHandler> =
  multiToken<AnnounceHandler>('core/announce-handler');
