import type { AnnounceOutcome } from '../announce/migration-report.js';
import type { RefusalReason } from '../announce/plan.js';
import type { GuestPhase } from '../guest/guest.js';
import type { HostParts, HostState } from './part-health.js';
import type { ReportCounts } from './report-archive.js';

/** How often each of these was counted; what is absent was not. */
export type Counts<Label extends string = string> = Readonly<Partial<Record<Label, number>>>;

/** Calls of one sort, since the start. */
export interface CallStats {
  /** Calls that are over, those that failed too. */
  readonly calls: number;
  readonly failures: number;
  /** How long they took together, ms. */
  readonly totalMs: number;
  /** How many took at most so long, the shortest time first; each holds those before it. */
  readonly within: readonly { readonly ms: number; readonly calls: number }[];
}

/** Times of one sort, since the start. */
export interface TimeStats {
  readonly count: number;
  /** Their sum, ms. */
  readonly totalMs: number;
  /** The longest, ms; 0 before the first. */
  readonly longestMs: number;
}

/**
 * The numbers of a host, JSON as they stand. Those of `guests`, `learning`, `pacer.backlog` and `reports.waiting` are of now; all others only grow,
 * from 0 at the start of the agent. Where labels come from plugins (error codes) there are at most 100 of them, and
 * `other` stands for the rest.
 */
export interface HostStats {
  readonly state: HostState;
  /** As known now: nothing is asked for it. */
  readonly parts: HostParts;
  /** When counting began, ms since 1970 UTC. */
  readonly since: number;
  /** The guests of now, one for each hypervisor process: a local migration has one guest twice. */
  readonly guests: {
    readonly byPhase: Counts<GuestPhase>;
    /** By where they stand: `awaited`, `armed`, `arrived`, `resident`, `paused`, `leaving`, `left`, `failed`. */
    readonly byResidence: Counts;
    /** Their NICs, with a port on this host and without. */
    readonly nics: { readonly withPort: number; readonly withoutPort: number };
  };
  /** Learning at the ports of the guests of now. */
  readonly learning: {
    /** Ports by the name of their learner; `none`: no learner. At most 100 names. */
    readonly byLearner: Counts;
    /** Stations in the tables of all ports, at the last reading of each. */
    readonly stations: number;
    /** How many there is room for. */
    readonly capacity: number;
    /** How full the fullest table is, 0 to 1: beyond 1 the longest unseen stations are forgotten. */
    readonly fullest: number;
  };
  /** Announcements that are over, those under `observe` with the outcome `observed`. */
  readonly announcements: {
    readonly byOutcome: Counts<AnnounceOutcome>;
    /** Stations that were announced, each once for an announcement; without those under `observe`. */
    readonly stations: number;
    /** From the hypervisor's RESUME to the last frame of round 1; without those under `observe`. */
    readonly resumeToLastFrame: TimeStats;
    /** From RESUME to the first frame, of the same announcements. */
    readonly resumeToFirstFrame: TimeStats;
  };
  /** Candidates that were left out of announcements, by reason. */
  readonly refusals: Counts<RefusalReason>;
  /** Frames of rounds that are over; without those under `observe`. */
  readonly frames: {
    /** Handed to sinks. */
    readonly sent: number;
    /** Taken by the system. */
    readonly accepted: number;
    /** Held back by the host's pace. */
    readonly delayed: number;
    /** The longest that one was held back, ms. */
    readonly longestDelayMs: number;
  };
  readonly pacer: {
    /** Frames that wait to leave now, without those under `observe`. */
    readonly backlog: number;
  };
  /** What was asked of the hand-off; all 0 where there is none. */
  readonly handoff: { readonly reads: CallStats; readonly writes: CallStats };
  /** Snapshots that were published. */
  readonly snapshots: number;
  /**
   * Warnings on the bus, by their code: `HERALD_SINK_...` for sinks, `HERALD_LEARNER_...` for learners. One that comes
   * back is told, and counted, every ten minutes at most.
   */
  readonly warnings: Counts;
  /** Warnings in reports, by their code, each time. */
  readonly reportWarnings: Counts;
  /** Reports that were to be kept; all 0 where none are kept. */
  readonly reports: ReportCounts;
  /** Listeners of the bus that failed. */
  readonly listenerFailures: number;
}
