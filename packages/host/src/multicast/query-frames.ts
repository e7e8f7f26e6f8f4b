import type { FrameBatch } from '@nic-herald/core';
import {
  encodeIgmpQuery,
  encodeMldQuery,
  Ipv6Address,
  igmpQueryLength,
  MacAddress,
  mldQueryLength,
  type VlanId,
} from '@nic-herald/wire';

/** Locally administered (bit 1 of the first byte), so that it is no real card's. */
const SOURCE = MacAddress.of('02:6e:68:00:00:01');

/**
 * MLD wants a link-local source, and the lowest address on the link wins the querier election (RFC 3810 section
 * 7.6.2). This is the highest of fe80::/64 below the 128 that RFC 2526 sets aside for anycast, so that a querier
 * inside the guest stays what it is. IGMP's source is 0.0.0.0, which stands in no election (RFC 4541 section 2.1.1).
 */
const MLD_SOURCE = Ipv6Address.of('fe80::ffff:ffff:ffff:ff7f');

/** Answer at once: as short as the protocols allow (RFC 3376 section 4.1.1, RFC 3810 section 5.1.3). */
const AT_ONCE = 0;
/** The protocols' defaults (RFC 3376 sections 8.1 and 8.2, RFC 3810 sections 9.1 and 9.2): hosts take over what a query says. */
const DEFAULTS = { robustness: 2, intervalCode: 125 } as const;

/**
 * General queries for all groups, an IGMPv3 and an MLDv2 for each VLAN in the order given; `undefined` is untagged.
 * Never IGMPv2: a guest that hears one speaks version 2 from then on (RFC 3376 section 7.2.1).
 */
export const queryFrames = (vlans: readonly (VlanId | undefined)[]): FrameBatch => {
  const starts = new Uint32Array(2 * vlans.length + 1);
  const queries = vlans.map((vlan) => {
    const common = { source: SOURCE, vlan, maxResponseCode: AT_ONCE, ...DEFAULTS };
    return { igmp: common, mld: { ...common, sourceIp: MLD_SOURCE } };
  });
  const bytes = new Uint8Array(
    queries.reduce((sum, { igmp, mld }) => sum + igmpQueryLength(igmp) + mldQueryLength(mld), 0),
  );
  let end = 0;
  queries.forEach(({ igmp, mld }, index) => {
    end += encodeIgmpQuery(igmp, bytes, end);
    starts[2 * index + 1] = end;
    end += encodeMldQuery(mld, bytes, end);
    starts[2 * index + 2] = end;
  });
  return { bytes, starts };
};
