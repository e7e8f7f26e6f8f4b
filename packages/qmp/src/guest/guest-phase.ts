import type { GuestPhase } from '@nic-herald/core';
import { isOutgoing, type MigrationStatus } from '../commands/migration-status.js';

/**
 * Where a guest stands, from QEMU's run state and `query-migrate`. One whose CPUs run is at home, whatever became of a
 * migration: a primary of a COLO pair that goes on alone and a guest that was saved to a file and went on both say
 * `completed`. One that mirrors the guest of another host (`mirrors`) is still about to come, though its CPUs run.
 *
 * A destination that was started with `-S` (libvirt and Proxmox do) leaves `inmigrate` when the state is
 * loaded and is `paused`, or `prelaunch` if the source never ran, until its `cont`: still `incoming`. It is told
 * from a source by the missing statistics. One that came in, ran and was paused since looks the same; it too
 * counts as incoming, at the price of one announcement more when it goes on.
 */
export const guestPhaseOf = (
  runState: string,
  migration: MigrationStatus,
  mirrors: boolean = false,
): GuestPhase => {
  if (runState === 'inmigrate' || mirrors) return 'incoming';
  if (runState === 'running') return 'running';
  if (runState === 'postmigrate') return 'migrated-away';
  return migration.status === 'completed' && !isOutgoing(migration) ? 'incoming' : 'paused';
};
