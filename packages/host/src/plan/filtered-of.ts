import type { NicDescriptor, Station } from '@nic-herald/core';
import type { Verdict } from './verdict.js';

/** Why a filter of the host drops every frame of this station; `undefined` where it does not. */
export const filteredOf = (
  { egress, primaryMac }: Pick<NicDescriptor, 'egress' | 'primaryMac'>,
  { mac, vlan }: Station,
): Verdict | undefined => {
  if (egress === undefined) return undefined;
  const { name, primaryMacOnly, untaggedOnly } = egress;
  if (primaryMacOnly && mac !== primaryMac) {
    return { reason: 'host-filter', detail: `${name} lets nothing pass but from ${primaryMac}` };
  }
  return untaggedOnly && vlan !== undefined
    ? { reason: 'host-filter', detail: `${name} lets no tagged frame pass` }
    : undefined;
};
