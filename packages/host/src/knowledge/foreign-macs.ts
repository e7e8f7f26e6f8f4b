import type { MacAddress } from '@nic-herald/wire';
import type { NicEvidence } from '../plan/nic-evidence.js';

/** MACs that a guest uses on a NIC and that are another guest's primary MAC. Its own configured one never is. */
export const foreignMacs = (
  { nic, filter, learned }: NicEvidence,
  ownedByOthers: ReadonlySet<MacAddress>,
): readonly MacAddress[] => {
  const used = [
    ...(filter.currentMac === undefined ? [] : [filter.currentMac]),
    ...filter.unicast,
    ...(filter.exact ?? []).map(({ mac }) => mac),
    ...learned.map(({ station }) => station.mac),
  ];
  return [...new Set(used)].filter((mac) => mac !== nic.primaryMac && ownedByOthers.has(mac));
};
