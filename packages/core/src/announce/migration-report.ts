import type { GuestIdentity } from '../guest/guest-identity.js';
import type { ErrorCode } from '../herald-error.js';
import type { Incompleteness } from '../nic/filter-view.js';
import type { AnnounceMode } from './announce-policy.js';
import type { Announcement } from './announcement.js';
import type { PlanSource, Refusal } from './plan.js';

/**
 * Why a guest was announced.
 * - `migration`: it resumed here after an incoming migration that this agent saw coming
 * - `late`: it runs here, and the newest snapshot is another host's: the agent started or reconnected too late
 * - `manual`: somebody asked
 */
export const ANNOUNCE_CAUSES = ['migration', 'late', 'manual'] as const;
/** See `ANNOUNCE_CAUSES`. */
export type AnnounceCause = (typeof ANNOUNCE_CAUSES)[number];

/** One sending of the plan. All times are ms since 1970 UTC with a fraction. */
export interface RoundReport {
  /** 1 for the first. */
  readonly round: number;
  readonly startedAt: number;
  /** When the last frame was handed to the sink. */
  readonly finishedAt: number;
  readonly frames: number;
  /** Frames the kernel took; 0 under `observe`, where the others would have been given to it. */
  readonly accepted: number;
  /** Of those, frames that left by themselves in the kernel before the agent began; absent: none. */
  readonly byKernel?: number;
  /** Of those, frames that did not leave, by the sink's own counters; absent: none that is known. */
  readonly lost?: number;
  /** Frames that had to wait because the host may only send so fast; absent: none. */
  readonly delayed?: number;
  /** How long the one that waited longest did, ms; absent: none waited. */
  readonly delayedMs?: number;
}

/** Something an operator should know, with a code of `docs/errors.md`. */
export interface ReportWarning {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Frames that left by themselves in the kernel when the hypervisor announced its guest. */
export interface KernelFiring {
  /** So many of the leading frames left. */
  readonly sent: number;
  /** When the first and the last of them left, ms since 1970 UTC with a fraction. */
  readonly firedAt: number;
  readonly lastAt: number;
  /** Why some that were armed did not leave, in words; absent where all left. */
  readonly shortfall?: string;
  /** The port let nothing further at that moment: the agent sent them again. */
  readonly isLost?: boolean;
}

/** What was done for one NIC. */
export interface NicReport {
  readonly nic: string;
  readonly model: string;
  /** Name of the port; absent where none was found. */
  readonly port?: string;
  /** Name of the sink that sent; absent where none could. */
  readonly sink?: string;
  /** Why frames could not leave at this NIC, by the last look; absent: nothing was wrong there. */
  readonly problem?: ReportWarning;
  /**
   * Who sent the first frames of round 1: the kernel by itself, when the hypervisor announced the guest, or the agent. Absent where none
   * were sent, and in reports before there was a choice.
   */
  readonly firedBy?: 'kernel' | 'agent';
  /** What the kernel sent; absent where it was not set off. */
  readonly kernel?: KernelFiring;
  /** Why the kernel was given nothing to send, though the guest was awaited; absent where it was given some. */
  readonly unarmed?: ReportWarning;
  readonly source: PlanSource;
  readonly announced: readonly Announcement[];
  /** Stations the snapshot lacked, found on the card after it resumed here, and sent in the same round's tail. */
  readonly added: readonly Announcement[];
  /**
   * Sent in round 1 and then no more: the card here does not hold them and they were never seen, or the station lost
   * their IP address, which then stands in `refused` with the reason.
   */
  readonly withdrawn: readonly Announcement[];
  readonly refused: readonly Refusal[];
  readonly incomplete: readonly Incompleteness[];
}

/**
 * How an announcement ended.
 * - `announced`: the system took frames, and of each NIC that lost some all left in another round
 * - `observed`: it went to its end under `observe`: what the report says of frames is what would have been sent
 * - `superseded`: the guest stopped meanwhile, or it was called off
 * - `failed`: the system took no frame, or frames that it took did not leave, no port was left at the
 *   end, or the sink of its port could not open it
 * - `nothing-to-announce`: there was nothing to send, or no port or no sink for it
 */
export const ANNOUNCE_OUTCOMES = [
  'announced',
  'observed',
  'superseded',
  'failed',
  'nothing-to-announce',
] as const;
/** See `ANNOUNCE_OUTCOMES`. */
export type AnnounceOutcome = (typeof ANNOUNCE_OUTCOMES)[number];

/** What was announced, when, and what was refused; one per announcement. JSON as it stands. */
export interface MigrationReport {
  readonly format: 1;
  /** Unique to the announcement, the same in each revision; absent in reports before there were revisions. */
  readonly id?: string;
  /** 1 for the first; a later one has more sections, or newer ones. Reports before there were revisions lack it: 1. */
  readonly revision: number;
  /**
   * The announcement that this one repeats, by its id: for the NICs whose frames did not leave then, or for the stations that were
   * provably not there afterwards. Absent: it is the first.
   */
  readonly retryOf?: string;
  readonly guest: GuestIdentity;
  readonly host: string;
  readonly epoch: number;
  readonly cause: AnnounceCause;
  /** `observe` where no frame was sent; absent otherwise, as in all reports before there was a choice. */
  readonly mode?: AnnounceMode;
  readonly outcome: AnnounceOutcome;
  /** Snapshots the plan was made from: host and epoch of each. */
  readonly snapshots: readonly { readonly host: string; readonly epoch: number }[];
  /** How old the newest of them was when it was read, ms; absent where there is none, or nothing tells. */
  readonly snapshotAgeMs?: number;
  /** The hypervisor's own stamp of RESUME; absent for `late` and `manual`. */
  readonly resumedAt?: number;
  /** When this agent had read the event. */
  readonly readAt?: number;
  /** When the first batch of round 1 was handed to the sink, or would have been under `observe`; absent where there was none. */
  readonly firstFrameAt?: number;
  /** When the last batch of round 1 was handed over, or would have been. */
  readonly lastFrameAt?: number;
  readonly rounds: readonly RoundReport[];
  readonly nics: readonly NicReport[];
  readonly warnings: readonly ReportWarning[];
  /**
   * What companions of the announcement say of it, by their names: JSON, at most 16 of 64 KiB each. One that failed
   * before it said anything has `{ problem }`. Absent: no companion says anything.
   */
  readonly sections?: Readonly<Record<string, unknown>>;
}
