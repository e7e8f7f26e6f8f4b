import type { NicDescriptor, Snapshot } from '@nic-herald/core';
import type { NicSnapshot } from '@nic-herald/core/internal';

/**
 * The snapshot's entry for a NIC of a guest: of the same device id and primary MAC, else of the primary MAC alone,
 * where that names just one entry and just one NIC, and the entry is not another NIC's. An id alone says nothing: a
 * copy of a guest has the same ones. `present` are all NICs of the guest.
 */
export const matchNic = (
  nic: NicDescriptor,
  present: readonly NicDescriptor[],
  snapshot: Snapshot | undefined,
): NicSnapshot | undefined => {
  if (snapshot === undefined) return undefined;
  const sameMac = snapshot.nics.filter(({ primaryMac }) => primaryMac === nic.primaryMac);
  const same = sameMac.find(({ id }) => id === nic.id);
  if (same !== undefined) return same;
  const sharing = present.filter(({ primaryMac }) => primaryMac === nic.primaryMac);
  const free = sameMac.filter(({ id }) => !sharing.some((each) => each.id === id));
  return free.length === 1 && sharing.length <= 1 ? free[0] : undefined;
};
