import { type MultiToken, multiToken } from '../di/injection.js';
import type { PartState } from '../host/part-health.js';

/**
 * Watches one kind of hypervisor and reports guests, NICs and migrations to the host's `GUEST_INTAKE`. Trouble that
 * belongs to no guest goes to the `MIGRATION_EVENT_BUS` as a `warning`. It must have `start`, see `HostService`:
 * when that resolves, every guest that was there has been reported and nothing more is missed.
 */
export interface GuestMonitor {
  /** Unique on a host: `qemu`. */
  readonly name: string;
  start(options: { readonly signal: AbortSignal }): Promise<void>;
  close(): Promise<void>;
  /**
   * Whether it can see guests now: what one guest does not answer is no matter. Quick, and asked at any time. Absent: it
   * cannot tell, and counts as ready.
   */
  state?(): PartState;
}

/** The monitors of a host. Started last and closed first. */
export const GUEST_MONITOR: MultiToken<GuestMonitor> = multiToken<GuestMonitor>('core/guest-monitor');
