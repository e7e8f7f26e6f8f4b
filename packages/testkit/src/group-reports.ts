import type { Station } from '@nic-herald/core';
import {
  decodeIgmpQuery,
  decodeMldQuery,
  IpAddress,
  Ipv4Address,
  Ipv6Address,
  isDecodeError,
  type VlanId,
} from '@nic-herald/wire';
import { igmpReportFrame, mldReportFrame } from './spoken-frames.js';

/** A station of a guest, and the IP addresses it has there. */
export interface FabricStation extends Station {
  readonly addresses?: readonly IpAddress[];
}

/** A multicast group that a guest is in. */
export interface GroupMembership {
  readonly group: IpAddress;
  /** Absent: on the untagged network. */
  readonly vlan?: VlanId;
}

/**
 * What a guest answers to a frame that comes to it: where that is a general query of IGMPv3 or MLDv2, a report of
 * its groups of that family in the query's VLAN, from its first station there; `undefined` where it has none.
 */
export const groupReport = (
  frame: Uint8Array,
  stations: readonly FabricStation[],
  groups: readonly GroupMembership[],
): Uint8Array | undefined => {
  const igmp = decodeIgmpQuery(frame);
  const mld = decodeMldQuery(frame);
  const query = isDecodeError(igmp) ? mld : igmp;
  if (isDecodeError(query)) return undefined;
  const station = stations.find(({ vlan }) => vlan === query.vlan);
  if (station === undefined) return undefined;
  const addresses = station.addresses ?? [];
  const joined = groups.filter(({ vlan }) => vlan === query.vlan).map(({ group }) => group);
  if (query === igmp) {
    const ipv4 = joined.filter(IpAddress.isIpv4);
    const source = addresses.find(IpAddress.isIpv4) ?? NO_IPV4;
    return ipv4.length === 0 ? undefined : igmpReportFrame(station, source, ipv4);
  }
  const ipv6 = joined.filter(IpAddress.isIpv6);
  const source = addresses.filter(IpAddress.isIpv6).find(Ipv6Address.isLinkLocal) ?? NO_IPV6;
  return ipv6.length === 0 ? undefined : mldReportFrame(station, source, ipv6);
};

const NO_IPV4 = Ipv4Address.of('0.0.0.0');
const NO_IPV6 = Ipv6Address.of('::');
