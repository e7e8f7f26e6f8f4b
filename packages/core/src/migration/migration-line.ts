import type { AnnounceMode } from '../announce/announce-policy.js';
import type { AnnounceCause, AnnounceOutcome, ReportWarning } from '../announce/migration-report.js';
import type { ProofSection } from '../announce/proof-section.js';
import type { GuestIdentity } from '../guest/guest-identity.js';
import type { MigrationSide } from './migration-events.js';

/** The longest line, bytes of JSON in UTF-8: a proof has 64 KiB, and each NIC some hundred bytes. */
export const MAX_LINE_BYTES = 262_144;
/** Most warnings that a line has; the report has all. */
export const MAX_LINE_WARNINGS = 10;
/** Most characters of a message in a line. */
export const MAX_LINE_MESSAGE = 1000;

/** What every line has. */
interface AnyLine {
  /** When the agent told it, ms since 1970 UTC: it may be two seconds after it happened. */
  readonly at: number;
  /** Name of the agent's host. */
  readonly host: string;
}

/** What every line about a guest has. */
interface GuestLine extends AnyLine {
  readonly guest: GuestIdentity;
  /** Tells two machines of one name apart, and one machine before and after a migration within the host. */
  readonly instance: string;
}

/** One NIC of an announcement. */
export interface AnnouncedNic {
  readonly nic: string;
  /** Absent where none was found. */
  readonly port?: string;
  /** Stations announced there, and candidates refused. */
  readonly stations: number;
  readonly refused: number;
  /** Who sent the first frames; absent: none were sent. */
  readonly firedBy?: 'kernel' | 'agent';
  /** Why frames could not leave. */
  readonly problem?: ReportWarning;
}

/** An announcement is over: its report in short. All of it stands under the same id in `GET /reports`. */
export interface AnnouncedLine extends GuestLine {
  readonly fact: 'announced';
  readonly id?: string;
  readonly cause: AnnounceCause;
  /** The announcement that this one repeats; absent: none. */
  readonly retryOf?: string;
  readonly outcome: AnnounceOutcome;
  readonly mode?: AnnounceMode;
  /** The host of the newest entry that it was planned from, where that is another host. */
  readonly from?: string;
  readonly stations: number;
  readonly refused: number;
  /** From RESUME to the first and the last frame of round 1, ms; absent where there was no RESUME, or no frame. */
  readonly firstFrameMs?: number;
  readonly lastFrameMs?: number;
  readonly nics: readonly AnnouncedNic[];
  readonly warnings: readonly ReportWarning[];
}

/** All that is proved so far of the stations of an announcement. Each such line replaces the one before of the same id. */
export interface ProofLine extends GuestLine {
  readonly fact: 'proof';
  readonly id?: string;
  readonly retryOf?: string;
  /** Of the report that has it. */
  readonly revision: number;
  /** The hypervisor's stamp of RESUME; absent: times count from the announcement. */
  readonly resumedAt?: number;
  readonly proof: ProofSection;
}

/** A line about one guest. */
export type MigrationFactLine =
  /** It waits here for its migration. */
  | (GuestLine & { readonly fact: 'awaited' })
  /** Its migration to this host has begun; of a short one it may be told after `resumed`. */
  | (GuestLine & { readonly fact: 'incoming' })
  /** So many frames lie ready for its RESUME; told again where that changes. */
  | (GuestLine & { readonly fact: 'armed'; readonly frames: number; readonly mode?: AnnounceMode })
  | (GuestLine & { readonly fact: 'resumed'; readonly resumedAt: number; readonly readAt: number })
  | AnnouncedLine
  | ProofLine
  /** A migration ended without moving it, cancelled or broken; `status` is the hypervisor's word. */
  | (GuestLine & { readonly fact: 'failed'; readonly side: MigrationSide; readonly status: string })
  /** It is being sent away; then it went. */
  | (GuestLine & { readonly fact: 'leaving' })
  | (GuestLine & { readonly fact: 'left' })
  /** Its process is gone, or its monitor lost it. */
  | (GuestLine & { readonly fact: 'gone' });

/** One line that a watcher of an agent reads; JSON as it stands. */
export type MigrationLine =
  /** The first: what happens from now on is told. `proof`: whether stations are proved here. */
  | (AnyLine & { readonly fact: 'watching'; readonly proof: boolean })
  | MigrationFactLine
  /** So many lines were left out at this place, as the watcher read too slowly. */
  | (AnyLine & { readonly fact: 'dropped'; readonly lines: number })
  /** The agent is there: comes where nothing else did for a while. */
  | (AnyLine & { readonly fact: 'alive' });
