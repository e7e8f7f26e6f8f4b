import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AgentPair, startAgents } from './agent-process.js';
import { type ArrivalWatch, probeSource, watchArrivals } from './guest-move.js';
import { bootGuest, settleTables } from './guest-on-host.js';
import type { GuestRecipe } from './guest-recipe.js';
import type { CaseContext } from './lab-case.js';
import { LabRig, type RigOptions } from './lab-rig.js';
import type { AtBoth } from './namespaces.js';
import type { QemuProcess } from './qemu-process.js';

/** A quiet guest on A with agents on both hosts, every table settled, every station probed and reached. */
export interface ReadyGuest {
  readonly rig: LabRig;
  readonly agents: AgentPair;
  readonly recipe: GuestRecipe;
  readonly source: QemuProcess;
  /** What watches the guest at each host. */
  readonly watches: AtBoth<ArrivalWatch>;
}

/** What a {@link ReadyGuest} has besides. */
export interface ReadyOptions extends Pick<RigOptions, 'neighbours' | 'thirdHost'> {
  /** The herald.yaml of both agents. */
  readonly herald?: string;
  /** What is done before the agents start and the guest boots. */
  readonly before?: (rig: LabRig) => Promise<void>;
}

/** Runs `act` with a {@link ReadyGuest} and takes everything down afterwards. */
export async function withReadyGuest<T>(
  context: CaseContext,
  recipe: GuestRecipe,
  act: (ready: ReadyGuest) => Promise<T>,
  { herald, before, ...options }: ReadyOptions = {},
): Promise<T> {
  const rig = await LabRig.start({ ...context, ...options, guest: recipe.guest });
  try {
    await before?.(rig);
    const config = herald === undefined ? undefined : await configFile(rig, herald);
    const [agents, source] = await Promise.all([startAgents(rig, config), bootGuest(rig, 'A', recipe)]);
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

async function configFile(rig: LabRig, yaml: string): Promise<string> {
  const file = join(rig.directory, 'herald.yaml');
  await writeFile(file, yaml);
  return file;
}
