import type { VmProcess } from './vm-process.js';
import type { World } from './world.js';

/** What an agent needs from when it and the guest run until its last round is out, ms. */
const ROUNDS_OUT_MS = 6000;

/** Since when a guest's CPUs run and an agent is there for it, without a break until now; absent where not. */
export const attendedSince = ({ runs, changedAt, host: { agent } }: VmProcess): number | undefined =>
  runs && agent !== undefined ? Math.max(agent.startedAt, changedAt) : undefined;

/** Notes that by now nothing is owed to a guest any more, where that is so. To be called before anything changes. */
export const settle = ({ now }: World, vm: VmProcess): void => {
  const { stay } = vm;
  const since = attendedSince(vm);
  if (stay === undefined || since === undefined || stay.settledAt !== undefined) return;
  if (now >= since + ROUNDS_OUT_MS) stay.settledAt = since + ROUNDS_OUT_MS;
};
