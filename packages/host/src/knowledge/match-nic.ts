import type { NicDescriptor, NicSnapshot, Snapshot } from '@nic-herald/core';

/** The snapshot's entry for a NIC: by device id, else by primary MAC where that names just one. */
export const matchNic = (nic: NicDescriptor, snapshot: Snapshot | undefined): NicSnapshot | undefined => {
  const byId = snapshot?.nics.find(({ id }) => id === nic.id);
  if (byId !== undefined) return byId;
  const byMac = snapshot?.nics.filter(({ primaryMac }) => primaryMac === nic.primaryMac) ?? [];
  return byMac.length === 1 ? byMac[0] : undefined;
};
