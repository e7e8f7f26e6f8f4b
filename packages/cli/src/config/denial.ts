import { BlockList } from 'node:net';
import type { Candidate } from '@nic-herald/core';
import { IpAddress } from '@nic-herald/wire';
import { hasVlan, type StationList } from './station-list.js';

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
    if (hasVlan(deny.vlans ?? [], vlan)) return `VLAN ${vlan} is denied`;
    return allow.vlans === undefined || hasVlan(allow.vlans, vlan)
      ? undefined
      : `VLAN ${vlan} is none of those allowed`;
  };

/** What the lists of herald.yaml say against an IP address, in a few words; `undefined` lets it pass. */
export const addressDenial = (
  allow: StationList = {},
  deny: StationList = {},
): ((address: IpAddress) => string | undefined) => {
  const isDenied = within(deny.addresses ?? []);
  const isAllowed = allow.addresses === undefined ? () => true : within(allow.addresses);
  return (address) => {
    if (isDenied(address)) return 'the address is denied';
    return isAllowed(address) ? undefined : 'the address is none of those allowed';
  };
};

/** A list for each version: to Node's BlockList 10.0.0.1 is ::ffff:10.0.0.1 too, and so within ::/0. */
const within = (prefixes: NonNullable<StationList['addresses']>): ((address: IpAddress) => boolean) => {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const { address, length } of prefixes) {
    const family = IpAddress.family(address);
    lists[family].addSubnet(address, length, family);
  }
  return (address) => {
    const family = IpAddress.family(address);
    return lists[family].check(address, family);
  };
};
