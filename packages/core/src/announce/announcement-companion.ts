import { type MultiToken, multiToken } from '../di/injection.js';
import type { Guest } from '../guest/guest.js';
import type { MulticastReports } from '../learn/multicast-reports.js';
import type { FilterView } from '../nic/filter-view.js';
import type { FrameChannel, FrameDirection } from '../sink/frame-sink.js';
import type { AnnounceMode } from './announce-policy.js';
import type { AnnounceTiming } from './announce-timing.js';
import type { Announcement } from './announcement.js';
import type { AnnouncementSeal } from './announcement-seal.js';
import type { AnnounceCause, MigrationReport, RoundReport } from './migration-report.js';
import type { NicPlan } from './plan.js';

/** One NIC of an announcement, as a companion sees it. */
export interface AccompaniedNic {
  /** The newest plan; `plan.nic` is the NIC. */
  readonly plan: NicPlan;
  /** What its card lists, as far as it is known. */
  readonly filter: FilterView;
  /** What lies ready or was sent, or would have been under `observe`; nothing where there is no way. */
  readonly announced: readonly Announcement[];
  /** What of it is not sent in later rounds. */
  readonly withdrawn: readonly Announcement[];
}

/** An announcement of one guest, and what a companion may do beside it; what it may do can be taken out of the object. */
export interface AccompaniedAnnouncement {
  /** Unique; its report has the same, in each revision. */
  readonly id: string;
  readonly guest: Guest;
  readonly cause: AnnounceCause;
  /** Under `observe` nothing that a companion sends leaves. */
  readonly mode: AnnounceMode;
  readonly timing: AnnounceTiming;
  /** What its RARPs have in their padding; absent: nothing. */
  readonly seal?: AnnouncementSeal;
  /** The NICs that are announced, as of now. */
  readonly nics: readonly AccompaniedNic[];
  /**
   * Opens the way through the port of one of its NICs: onto the network, or to the guest. The channel takes nothing any
   * more once the announcement is cancelled or its companion is closed, and is shared: closing it closes it for this
   * companion alone. Rejects with HERALD_NIC_UNKNOWN, HERALD_NIC_NO_PORT, HERALD_NIC_NO_SINK, or what the sink says.
   */
  readonly openChannel: (nic: string, direction: FrameDirection) => Promise<FrameChannel>;
  /** What the guest told of its multicast groups so far, by NIC id; a NIC where no learner counts is not there. */
  readonly multicastReports: () => Promise<ReadonlyMap<string, readonly MulticastReports[]>>;
  /**
   * Adds this companion's section to the report, or puts this one in its place: plain JSON of at most
   * `MAX_SECTION_BYTES`, copied before this returns. After the first report it makes a later revision; a companion may
   * change its section 8 times then, and what is reported once more is ignored, but for what `over` gives. Anything
   * else is a fault of the companion. Ignored once the companion is closed.
   */
  readonly report: (section: unknown) => void;
}

/**
 * What a companion hears of one announcement: `armed` where it waits for its guest, then `fired`, `round` after each,
 * `changed` in between, `over`, `close`. One that is never sent goes from `cancelled` to `close`. Each member is called
 * at the end of the turn of the event loop in which it happened, when the frames of that moment are out, on its object.
 * All must be quick: one call that holds the agent for more than 100 ms is a fault. What they return is not waited for.
 * A companion that throws or rejects hears nothing more of this announcement but `close`, and costs its own section.
 */
export interface Accompaniment {
  /** All frames lie ready for a guest that waits for its migration. */
  armed?(): void;
  /** The guest runs, and the first frames that may go out at once have left. */
  fired?(): void;
  /** All frames of a round have left. */
  round?(round: RoundReport): void;
  /** More is known of the NICs: what was missing has been added to the rounds. */
  changed?(nics: readonly AccompaniedNic[]): void;
  /**
   * The guest stopped, or the announcement was called off: what was said of it may be wrong from now on. It may come
   * while what `over` gave is being waited for: that then has one second.
   */
  cancelled?(): void;
  /**
   * No frame of it leaves any more; the report as it stands, without sections. Gives the last word on the section, or
   * `undefined` where it stays as it was reported. What is there within half a second stands in the first report, what
   * comes within ten minutes in a later revision; until then the companion may `report`.
   */
  over?(report: MigrationReport): unknown;
  /** The last call, and always made: gives everything back. It is not waited for. */
  close?(): unknown;
}

/**
 * Goes along with the announcements of a host: for what belongs beside them, before the guest arrives, while it is being
 * announced, or minutes later. Nothing waits for a companion.
 */
export interface AnnouncementCompanion {
  /** The key of its section in reports, unique on a host: a lowercase letter, then letters, digits and dashes, 64 at most. */
  readonly name: string;
  /**
   * Called for each announcement that is made ready; one that waits for its guest is made again now and then. Gives
   * `undefined` where the companion takes no part. It may take 5 s: what happens meanwhile is heard afterwards.
   */
  accompany(
    announcement: AccompaniedAnnouncement,
  ): Accompaniment | undefined | Promise<Accompaniment | undefined>;
}

/** The companions of a host, 16 at most. */
export const ANNOUNCEMENT_COMPANION: MultiToken<AnnouncementCompanion> = multiToken<AnnouncementCompanion>(
  'core/announcement-companion',
);
