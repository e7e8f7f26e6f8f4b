import type { Clock } from '@nic-herald/core';
import { pause } from './end-of-turn.js';
import type { KernelLeads } from './kernel-leads.js';

/**
 * How long the hypervisor's own frames are waited for after RESUME, ms. QEMU reports RESUME, sends its frames, and only then
 * starts the guest's CPUs (vm_prepare_start and vm_start, softmmu/cpus.c), so a guest waits for nothing meanwhile. It takes
 * 60 us as a rule. On two busy CPUs the reader of RESUME may take QEMU's CPU: up to 14 ms were seen.
 */
const LONGEST_MS = 20;
/** How often it is looked, ms: Node's timers know no less. */
const LOOK_MS = 1;

/** Resolves when all that is armed was set off or taken, when that was waited for long enough, or when `signal` aborts. */
export const whenSetOff = async (
  leads: Pick<KernelLeads, 'arePending'>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> => {
  const since = clock.elapsed();
  const mayWait = (): boolean => !signal.aborted && clock.elapsed() - since < LONGEST_MS;
  while (leads.arePending && mayWait()) await pause(clock, LOOK_MS, signal);
};
