import { asHeraldError, type ErrorCode } from '@nic-herald/core';
import { type Capability, heldCapabilities } from '@nic-herald/linux-sys';
import { Injector } from './injector.js';
import { missingCapabilities } from './sink-unavailable.js';

/** Whether frames can be injected on this host, and if not, why. */
export type LinuxSinkProbe = { readonly missing: readonly Capability[] } & (
  | { readonly usable: true }
  | { readonly usable: false; readonly code: ErrorCode; readonly message: string }
);

/** Other names than the sink's own, so that probing disturbs no agent that runs. */
const PROBE_PREFIX = 'heraldprobe';

/**
 * Builds all that injection needs, under names of its own, and removes it at once: the only sure answer. An
 * agent that runs meanwhile is neither disturbed nor noticed. Never throws.
 */
export const probeLinuxSink = (): LinuxSinkProbe => {
  const missing = missingCapabilities(heldCapabilities());
  try {
    Injector.open(PROBE_PREFIX).close();
    return { usable: true, missing };
  } catch (thrown) {
    const { code, message } = asHeraldError(thrown, 'HERALD_SINK_UNAVAILABLE', 'frames cannot be injected');
    return { usable: false, code, message, missing };
  }
};
