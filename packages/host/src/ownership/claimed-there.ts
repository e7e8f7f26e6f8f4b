import type { IpAddress, MacAddress } from '@nic-herald/wire';
import { usedMacs } from '../knowledge/foreign-macs.js';
import type { NicEvidence } from '../plan/nic-evidence.js';
import { networkKey } from './network-key.js';

/** What a guest claims in a network. */
export interface ClaimedThere {
  readonly macs: ReadonlySet<MacAddress>;
  readonly addresses: ReadonlySet<IpAddress>;
}

/** What a guest claims in each of its networks, by `networkKey`: all that it was configured with, lists and was seen to use. */
export const claimedThere = (evidence: readonly NicEvidence[]): ReadonlyMap<string, ClaimedThere> => {
  const claims = new Map<string, { macs: Set<MacAddress>; addresses: Set<IpAddress> }>();
  for (const each of evidence) {
    const network = networkKey(each.nic.port);
    if (network === undefined) continue;
    const there = claims.get(network) ?? { macs: new Set(), addresses: new Set() };
    claims.set(network, there);
    for (const mac of [each.nic.primaryMac, ...usedMacs(each)]) there.macs.add(mac);
    for (const { addresses = [] } of each.learned) {
      for (const { address } of addresses) there.addresses.add(address);
    }
  }
  return claims;
};

/** What a card lists, its own MACs among it. */
export const listedMacs = ({ nic, filter }: Pick<NicEvidence, 'nic' | 'filter'>): readonly MacAddress[] => [
  nic.primaryMac,
  ...usedMacs({ nic, filter, learned: [] }),
];
