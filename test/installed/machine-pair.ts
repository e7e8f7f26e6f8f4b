import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabRig } from '../lab/lab-rig.js';
import type { AtBoth } from '../lab/namespaces.js';
import { sharedThere, socketsThere } from './installed-agent.js';
import type { InstalledContext } from './installed-case.js';
import { InstalledMachine } from './installed-machine.js';

/** Boots a machine for each host of the rig; both see its sockets, the packages, and one directory that they share. */
export async function bootPair(
  rig: LabRig,
  { root, debs }: InstalledContext,
): Promise<AtBoth<InstalledMachine>> {
  const shared = join(rig.directory, 'handoff');
  await mkdir(shared, { recursive: true });
  const mounts = { [rig.sockets]: socketsThere, [debs]: '/srv/debs', [shared]: sharedThere };
  const [A, B] = await Promise.all([
    InstalledMachine.boot(rig, 'A', { root, mounts }),
    InstalledMachine.boot(rig, 'B', { root, mounts }),
  ]);
  return { A, B };
}
