import type { NicDescriptor, NicSnapshot, Snapshot } from '@nic-herald/core';

/**
 * The snapshot's entry for a NIC of a guest: by device id, else by primary MAC, where that names just one
 * entry and just one NIC, and the entry is not another NIC's by its id. `present` are all NICs of the guest.
 */
export const matchNic = (
  nic: NicDescriptor,
  present: readonly NicDescriptor[],
  snapshot: Snapshot | undefined,
): NicSnapshot | undefined => {
  if (snapshot === undefined) return undefined;
  const byId = snapshot.nics.find(({ id }) => id === nic.id);
  if (byId !== undefined) return byId;
  const ids = new Set(present.map(({ id }) => id));
  const sharing = present.filter(({ primaryMac }) => primaryMac === nic.primaryMac);
  const byMac = snapshot.nics.filter(({ id, primaryMac }) => primaryMac === nic.primaryMac && !ids.has(id));
  return byMac.length === 1 && sharing.length <= 1 ? byMac[0] : undefined;
};
