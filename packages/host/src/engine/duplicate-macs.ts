import { HeraldError, type NicDescriptor } from '@nic-herald/core';

/** A warning for each primary MAC that several NICs of one guest have: their ports take it from each other. */
export const duplicateMacs = (nics: readonly NicDescriptor[]): readonly HeraldError[] => {
  const byMac = new Map<string, NicDescriptor[]>();
  for (const nic of nics) byMac.set(nic.primaryMac, [...(byMac.get(nic.primaryMac) ?? []), nic]);
  return [...byMac].flatMap(([mac, sharing]) =>
    sharing.length < 2
      ? []
      : [
          new HeraldError(
            'HERALD_NIC_DUPLICATE_MAC',
            `${sharing.map(({ id }) => id).join(' and ')} have the same MAC ${mac}; until one is heard to use it, each is announced at its own port, and on one network the last one gets the traffic: give each NIC its own mac=`,
            { details: { mac } },
          ),
        ],
  );
};
