import type { MacAddress } from '@nic-herald/wire';
import type { MacsOfOthers } from '../handoff/other-guests.js';
import type { NicEvidence } from '../plan/nic-evidence.js';

/**
 * MACs that a guest uses on a NIC and that are another guest's primary MAC, by what is known here or was where it
 * came from. Its own configured one never is.
 */
export const foreignMacs = (evidence: NicEvidence, ownedByOthers: MacsOfOthers): readonly MacAddress[] => {
  const others = withHanded(ownedByOthers, evidence);
  return usedMacs(evidence).filter((mac) => others.has(mac));
};

/** What is other guests' by what is known here, and by what was known where the guest came from. */
export const withHanded = (ownedByOthers: MacsOfOthers, { foreign }: NicEvidence): MacsOfOthers => {
  const handed = new Set(foreign);
  return { has: (mac) => ownedByOthers.has(mac) || handed.has(mac) };
};

/** The MACs that a guest uses on a NIC, each once, but for the configured one. */
export const usedMacs = ({
  nic,
  filter,
  learned,
}: Pick<NicEvidence, 'nic' | 'filter' | 'learned'>): readonly MacAddress[] => {
  const used = [
    ...(filter.currentMac === undefined ? [] : [filter.currentMac]),
    ...filter.unicast,
    ...(filter.exact ?? []).map(({ mac }) => mac),
    ...learned.map(({ station }) => station.mac),
  ];
  return [...new Set(used)].filter((mac) => mac !== nic.primaryMac);
};
