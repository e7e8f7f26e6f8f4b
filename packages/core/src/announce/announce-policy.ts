import type { IpAddress } from '@nic-herald/wire';
import { type Token, token } from '../di/injection.js';
import type { GuestIdentity } from '../guest/guest-identity.js';
import type { Candidate } from './announce-handler.js';
import type { AnnouncePacing } from './announce-pacing.js';
import { type AnnounceTiming, DEFAULT_ANNOUNCE_TIMING } from './announce-timing.js';
import { nlbDenial } from './nlb-denial.js';
import type { Station } from './station.js';

/** How far a guest's word is taken: its primary MAC only, also its card's filter, also what it was seen to send. */
export type Trust = 'primary' | 'filter' | 'learned';

/**
 * Whether a guest is announced, or only watched.
 * - `announce`: frames are sent
 * - `observe`: all is learned, made ready, published and reported as ever, and no frame of any kind is sent
 */
export type AnnounceMode = 'announce' | 'observe';

/** The rules for one guest. */
export interface GuestPolicy {
  /**
   * Absent: `announce`. Read when an announcement begins to be made ready, and holds for all of it: what was made ready
   * under `observe` sends nothing, whatever the policy says by then. A value that is neither counts as `observe`.
   */
  readonly mode?: AnnounceMode;
  readonly timing: AnnounceTiming;
  readonly trust: Trust;
  /** Most (MAC, VLAN) guesses per NIC, MACs x VLANs; above it only the primary MAC goes out on each VLAN. */
  readonly pairingLimit: number;
  /** Most stations announced per NIC, 1 and up. */
  readonly maxStations: number;
  /** How long after it was last seen a learned station counts, ms. A switch's table forgets after 300 000 (802.1D). */
  readonly learnedMaxAgeMs: number;
  /** Most IP addresses announced per station, 0 and up; the latest proved win. */
  readonly maxAddresses: number;
  /**
   * Whether the guest is asked for its multicast groups, so that snooping switches learn them anew: IGMP and MLD
   * queries that go to the guest alone.
   */
  readonly multicastRefresh: boolean;
  /** Names of the kinds of frame that announce a station, in sending order; absent: `DEFAULT_ANNOUNCE_KINDS`. */
  kindsFor?(station: Station): readonly string[];
  /** Why this candidate may not be announced, in a few words; `undefined` lets it pass. Never asked for the configured primary MAC. */
  deny?(candidate: Candidate): string | undefined;
  /** Why this IP address may not be announced at this station; `undefined` lets it pass. */
  denyAddress?(address: IpAddress, station: Station): string | undefined;
}

/** The defaults: everything the guest shows but MACs of NLB clusters (`nlbDenial`), at most 256 guesses and 1024 stations per NIC, 8 addresses per station. */
export const DEFAULT_GUEST_POLICY: GuestPolicy = {
  timing: DEFAULT_ANNOUNCE_TIMING,
  trust: 'learned',
  pairingLimit: 256,
  maxStations: 1024,
  learnedMaxAgeMs: 300_000,
  maxAddresses: 8,
  multicastRefresh: true,
  deny: nlbDenial,
};

/** What a host allows its guests. */
export interface AnnouncePolicy {
  /** The rules for one guest. Called while planning; must not block or throw. */
  forGuest(guest: GuestIdentity): GuestPolicy;
  /**
   * How fast this host may send, all its guests together; absent: `DEFAULT_ANNOUNCE_PACING`. Read at the start, and when the
   * policy changed.
   */
  readonly pacing?: AnnouncePacing;
  /**
   * Calls `changed` whenever its answers have changed. The host then plans again for guests that are awaited, and takes the new
   * pacing; announcements under way end by the old rules. Returns the way to stop. Absent: the host does not hear of changes, and
   * they count from the next plan on.
   */
  onChanged?(changed: () => void): () => void;
}

/** The policy of a host. One; `composeHost` provides the defaults for every guest where no plugin does. */
export const ANNOUNCE_POLICY: Token<AnnouncePolicy> = token<AnnouncePolicy>('core/announce-policy');
