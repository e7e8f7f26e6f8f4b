import { type Token, token } from '../di/injection.js';
import type { NicBackend } from './nic-backend.js';
import type { Port } from './port.js';

/** A port, or why there is none. */
export type PortResolution =
  | { readonly port: Port }
  | { /** For people, with what to do. */ readonly problem: string };

/**
 * Makes ports of what hypervisors say, and proves them: a tap must be a tap of this network namespace, and open in the
 * very process of the guest. A host has one. May have `start` and `close`, see `HostService`.
 */
export interface PortResolver {
  /**
   * The port behind a NIC. Has a second. Rejects only with HERALD_CANCELLED and with what was not foreseen: the host then goes
   * on with what it knows, and asks again.
   */
  resolve(backend: NicBackend, options: { readonly signal: AbortSignal }): Promise<PortResolution>;
  /**
   * Calls back once when one of these ports is no longer the same: gone, made again, attached elsewhere. Returns the way to stop.
   * What changed since they were resolved counts, also before this call. The first change is acted on at once, further ones
   * with a pause that rises to 30 s. Absent where nothing is watched: they are then resolved again when the guest is looked at.
   */
  watch?(ports: readonly Port[], onChange: () => void): () => void;
}

/** The port resolver of a host. Without one, the ports are those that monitors state themselves. */
export const PORT_RESOLVER: Token<PortResolver> = token<PortResolver>('core/port-resolver');
