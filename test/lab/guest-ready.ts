import { type AgentPair, startAgents } from './agent-process.js';
import { type ArrivalWatch, probeSource, watchArrivals } from './guest-move.js';
import { bootGuest, settleTables } from './guest-on-host.js';
import type { GuestRecipe } from './guest-recipe.js';
import type { CaseContext } from './lab-case.js';
import { LabRig } from './lab-rig.js';
import type { HostName } from './namespaces.js';
import type { QemuProcess } from './qemu-process.js';

/** A quiet guest on A with agents on both hosts, every table settled, every station probed and reached. */
export interface ReadyGuest {
  readonly rig: LabRig;
  readonly agents: AgentPair;
  readonly recipe: GuestRecipe;
  readonly source: QemuProcess;
  /** What watches the guest at each host. */
  readonly watches: Readonly<Record<HostName, ArrivalWatch>>;
}

/** Runs `act` with a {@link ReadyGuest} and takes everything down afterwards. */
export async function withReadyGuest<T>(
  context: CaseContext,
  recipe: GuestRecipe,
  act: (ready: ReadyGuest) => Promise<T>,
): Promise<T> {
  const rig = await LabRig.start({ ...context, guest: recipe.guest });
  try {
    const [agents, source] = await Promise.all([startAgents(rig), bootGuest(rig, 'A', recipe)]);
    await settleTables(rig, source, 'A', recipe.stations);
    const watches = {
      A: await watchArrivals(rig, 'A', recipe.stations),
      B: await watchArrivals(rig, 'B', recipe.stations),
    };
    await probeSource(rig, watches.A);
    return await act({ rig, agents, recipe, source, watches });
  } finally {
    await rig.stop();
  }
}
