import type { AnnounceMode } from '../announce/announce-policy.js';
import type { ReportWarning } from '../announce/migration-report.js';
import type { Guest, GuestPhase } from '../guest/guest.js';
import type { NicInspection } from './nic-inspection.js';

/** One guest as an operator looks at it: what is known, and what an announcement would send now. */
export interface GuestInspection {
  readonly guest: Guest['identity'];
  readonly instance: string;
  readonly hypervisor: Guest['hypervisor'];
  readonly phase: GuestPhase;
  /** Whether frames would be sent for it, or it is only observed. */
  readonly mode: AnnounceMode;
  /** The guest's epoch as this host knows it; 0 before its first migration. */
  readonly epoch: number;
  /** True while frames lie encoded for the next resume. */
  readonly armed: boolean;
  /** Whose snapshots are in the hand-off. */
  readonly snapshots: readonly { readonly host: string; readonly epoch: number }[];
  /** When it moved last, ms since 1970 UTC, the newest last, at most five; absent where no move is known. */
  readonly moves?: readonly number[];
  readonly nics: readonly NicInspection[];
  readonly warnings: readonly ReportWarning[];
}
