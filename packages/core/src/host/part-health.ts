import type { ErrorCode } from '../herald-error.js';

/** Whether a part of a host can do its work now, for people. */
export type PartState =
  | { readonly ready: true; readonly message: string }
  | { readonly ready: false; readonly code: ErrorCode; readonly message: string };

/** A part of a host by its name, and whether it can do its work as far as is known. */
export type PartHealth = PartState & { readonly name: string };

/** What a host cannot do its work without. */
export interface HostParts {
  /** One that cannot tell counts as ready. */
  readonly monitors: readonly PartHealth[];
  /** Ready where the last call was answered, or none was made yet. */
  readonly handoffStores: readonly PartHealth[];
  /** Ready until one says that it is not. */
  readonly sinks: readonly PartHealth[];
}

/**
 * Where a host stands.
 * - `starting`: its monitors have not told yet which guests are here
 * - `running`: nothing is missed any more
 * - `closed`: it is closing or closed
 */
export type HostState = 'starting' | 'running' | 'closed';

/** Whether a host can do its work now. */
export interface HostHealth extends HostParts {
  readonly state: HostState;
}
