import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LibvirtCase } from '../libvirt-case.js';
import type { PairHost } from '../libvirt-host.js';
import { moveCase } from '../move-case.js';
import { resumeOn } from '../qemu-events.js';
import type { Moved, Trial } from '../trial.js';

const file = (name: string): string => `/var/lib/libvirt/save/${name}`;

/** Saves the guest at A into a file and restores it on a host, to which the file is carried. */
async function saveAndRestore(trial: Trial, to: PairHost): Promise<Moved> {
  const { pair, guest } = trial;
  const saved = `${guest.name}.save`;
  await pair.daemons.A.virsh.run('save', guest.name, file(saved));
  if (to === 'B') {
    const [from, into] = (['A', 'B'] as const).map((host) => join(pair.host(host).files, 'lib/save', saved));
    await copyFile(from ?? '', into ?? '');
  }
  const begunAtMs = Date.now();
  await pair.daemons[to].virsh.run('restore', file(saved));
  return trial.arrived(to, begunAtMs, await resumeOn(pair.host(to), begunAtMs));
}

/** A guest that was saved into a file and is restored out of it: there is no other host that hands it over. */
export const savedGuests: readonly LibvirtCase[] = [
  moveCase({
    name: 'saved-and-restored',
    summary: 'saved at A and restored there',
    // The bridge has forgotten who was at the tap that went, and floods.
    darkWithQemuAlone: 0,
    moves: async (trial) => [(await saveAndRestore(trial, 'A')).measurement],
  }),
  moveCase({
    name: 'saved-and-carried',
    summary: 'saved at A, the file carried to B and restored there',
    moves: async (trial) => [(await saveAndRestore(trial, 'B')).measurement],
  }),
];
