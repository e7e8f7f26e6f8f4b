import { type MultiToken, multiToken } from '../di/injection.js';

/**
 * Watches one kind of hypervisor and tells the bus of guests, NICs and migrations. It is injected the
 * `MIGRATION_EVENT_BUS` and must have `start`, see `HostService`: when that resolves, every guest that was
 * there has been told of and nothing more is missed.
 */
export interface GuestMonitor {
  /** Unique on a host: `qemu`. */
  readonly name: string;
  start(options: { readonly signal: AbortSignal }): Promise<void>;
  close(): Promise<void>;
}

/** The monitors of a host. Started last and closed first. */
export const GUEST_MONITOR: MultiToken<GuestMonitor> = multiToken<GuestMonitor>('core/guest-monitor');
