/**
 * Whether a destination only mirrors its guest. The secondary of a COLO pair does: its CPUs run the same guest as those
 * of the primary, to whom the guest's addresses belong, until it takes over.
 * - `none`: the guest is its own
 * - `suspected`: it may come to be a mirror, and nobody will tell before its CPUs run
 * - `certain`: it is one
 */
export type Mirror = 'none' | 'suspected' | 'certain';

/**
 * What a destination is after a migration status (QEMU's MigrationStatus), told by QEMU or asked for. As QEMU 7.2 was
 * seen to do it: `active`, `colo`, RESUME, then STOP and RESUME for each checkpoint; where it takes over STOP,
 * `completed`, COLO_EXIT, RESUME. A post-copy runs its guest before it is `completed`, and is no COLO.
 */
export const mirrorAfter = (mirror: Mirror, status: string): Mirror => {
  if (status === 'colo') return 'certain';
  if (status === 'completed') return 'none';
  return mirror === 'suspected' && status.startsWith('postcopy') ? 'none' : mirror;
};
