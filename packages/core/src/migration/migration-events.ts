import type { AnnounceMode } from '../announce/announce-policy.js';
import type { AnnounceCause, MigrationReport, RoundReport } from '../announce/migration-report.js';
import type { Refusal } from '../announce/plan.js';
import type { Guest, GuestPhase } from '../guest/guest.js';
import type { SnapshotHead } from '../handoff/snapshot.js';
import type { HeraldError } from '../herald-error.js';

/** Which end of a migration this host is. */
export type MigrationSide = 'source' | 'destination';

/**
 * The facts on the bus: what monitors reported to the `GuestIntake`, told after the host has acted on it, and what the
 * host did. They are for observers: nothing that is told here makes the host do anything. Each is a plain object;
 * times are ms since 1970 UTC with a fraction.
 */
export interface MigrationEvents {
  /** A monitor sees a guest for the first time, or again after it had lost it. */
  'guest:appeared': { readonly guest: Guest; readonly phase: GuestPhase };
  /** The guest's process is gone, or its monitor lost it. */
  'guest:gone': { readonly guest: Guest };
  /** Its CPUs run. `resumedAt` is the hypervisor's stamp, `readAt` when the monitor had read it. */
  'guest:resumed': { readonly guest: Guest; readonly resumedAt: number; readonly readAt: number };
  /** Its CPUs stopped. `stoppedAt` is the hypervisor's stamp; absent where that was not told. */
  'guest:stopped': { readonly guest: Guest; readonly stoppedAt?: number };
  /** Its machine was reset. */
  'guest:reset': { readonly guest: Guest };
  /** The guest changed the filter of one NIC. */
  'nic:filter-changed': { readonly guest: Guest; readonly nic: string };
  /** NICs came or went. */
  'nic:list-changed': { readonly guest: Guest };
  /** This host is about to receive the guest. */
  'migration:incoming': { readonly guest: Guest };
  /** This host has begun to send the guest away; it still runs here. */
  'migration:outgoing': { readonly guest: Guest };
  'migration:completed': { readonly guest: Guest; readonly side: MigrationSide };
  /** It ended without moving the guest: cancelled or broken. */
  'migration:failed': { readonly guest: Guest; readonly side: MigrationSide; readonly status: string };
  /** Frames lie encoded; the next resume sends them. `mode` is `observe` where it sends none of them, else absent. */
  'announce:armed': { readonly guest: Guest; readonly frames: number; readonly mode?: AnnounceMode };
  /** A round is out; `mode` is `observe` where nothing of it was sent, else absent. */
  'announce:round-finished': {
    readonly guest: Guest;
    readonly epoch: number;
    readonly round: RoundReport;
    readonly mode?: AnnounceMode;
  };
  'station:refused': { readonly guest: Guest; readonly nic: string; readonly refusal: Refusal };
  /** Once for each store that took it; `store` is that store's name. */
  'snapshot:published': { readonly guest: Guest; readonly head: SnapshotHead; readonly store: string };
  /** An announcement is over: the report. */
  'announce:finished': {
    readonly guest: Guest;
    readonly cause: AnnounceCause;
    readonly report: MigrationReport;
  };
  /**
   * A companion said more about an announcement that is over: its report, with the next revision. At most one a second,
   * and for ten minutes.
   */
  'announce:revised': { readonly guest: Guest; readonly report: MigrationReport };
  /** Something an operator should know; the work went on. */
  warning: { readonly warning: HeraldError; readonly guest?: Guest };
  /** A listener of this bus threw or rejected; the others were called all the same. */
  'listener:failed': { readonly event: string; readonly error: unknown };
}
