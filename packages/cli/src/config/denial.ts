import type { Candidate } from '@nic-herald/core';
import type { StationList } from './herald-config.js';

/**
 * What the lists of herald.yaml say against a candidate, in a few words; `undefined` lets it pass. A list of
 * allowed VLANs says nothing of untagged stations.
 */
export const denial =
  (allow: StationList = {}, deny: StationList = {}) =>
  ({ station: { mac, vlan } }: Candidate): string | undefined => {
    const prefix = deny.macs?.find((each) => mac.startsWith(each));
    if (prefix !== undefined) return `MACs of ${prefix} are denied`;
    if (allow.macs !== undefined && !allow.macs.some((each) => mac.startsWith(each))) {
      return 'the MAC is none of those allowed';
    }
    if (vlan === undefined) return undefined;
    if (contains(deny.vlans, vlan)) return `VLAN ${vlan} is denied`;
    return allow.vlans === undefined || contains(allow.vlans, vlan)
      ? undefined
      : `VLAN ${vlan} is none of those allowed`;
  };

const contains = (ranges: StationList['vlans'], vlan: number): boolean =>
  ranges?.some(([first, last]) => first <= vlan && vlan <= last) ?? false;
