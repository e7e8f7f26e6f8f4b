import { type MultiToken, multiToken } from '../di/injection.js';

/**
 * What anything a plugin registers may have. The host starts stores and sinks first, then itself, then the services
 * under `HOST_SERVICE`, then the monitors, each within a deadline; and closes all, each within a deadline too: the
 * monitors, itself, the services when the last fact is told, then the others in the reverse of the order in which
 * they started.
 */
export interface HostService {
  /** Acquires what it needs. Rejects with a HeraldError: the host then closes what had started and fails. */
  start?(options: { readonly signal: AbortSignal }): Promise<void>;
  /** Gives back everything; called once, also when `start` failed half-way. */
  close?(): Promise<void>;
}

/**
 * Things that are started and closed with the host and nothing else: observers, a control socket, metrics. They inject
 * `MIGRATION_EVENT_BUS` or `HERALD_HOST`. When they start the host answers, and no monitor has reported anything; when
 * they are closed they have been told every fact.
 */
export const HOST_SERVICE: MultiToken<HostService> = multiToken<HostService>('core/host-service');
