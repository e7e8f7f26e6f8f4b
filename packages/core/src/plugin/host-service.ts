/**
 * What anything a plugin registers may have. The host starts stores and sinks first, then itself, then the
 * monitors, each within a deadline; and closes all in the reverse of that order.
 */
export interface HostService {
  /** Acquires what it needs. Rejects with a HeraldError: the host then closes what had started and fails. */
  start?(options: { readonly signal: AbortSignal }): Promise<void>;
  /** Gives back everything; called once, also when `start` failed half-way. */
  close?(): Promise<void>;
}
