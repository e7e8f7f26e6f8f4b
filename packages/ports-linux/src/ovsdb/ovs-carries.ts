import type { CarriedVlans } from '@nic-herald/core';
import { joinedVlanRanges } from '@nic-herald/linux-sys';

/** A row of Open vSwitch's table Port, as far as VLANs go: ovs-vswitchd.conf.db(5). */
export interface OvsPort {
  readonly name: string;
  /** 0 to 4095. */
  readonly tag?: number;
  /** None: all. */
  readonly trunks: readonly number[];
  readonly mode?: string;
  /** With `dot1q-tunnel`: the guest's own tags that are taken; none: all. */
  readonly customerVlans: readonly number[];
}

const ALL: CarriedVlans['tagged'] = [[1, 4094]];

/**
 * What Open vSwitch takes at a port where frames are switched as usual (`NORMAL`). `undefined` where it is not known: of a mode that
 * is newer than this, and of tag 4095, with which neutron parks a port until it knows its VLAN.
 */
export const carriedByOvs = ({ tag, trunks, mode, customerVlans }: OvsPort): CarriedVlans | undefined => {
  if (tag === 4095) return undefined;
  const untagged = tag === undefined || tag === 0 ? true : tag;
  switch (mode ?? (tag === undefined ? 'trunk' : 'access')) {
    case 'access':
      return { untagged, tagged: [] };
    case 'trunk':
      return { untagged: trunks.length === 0 || trunks.includes(0), tagged: rangesOf(trunks) };
    case 'native-tagged':
    case 'native-untagged':
      // A port always carries its native VLAN.
      return { untagged, tagged: trunks.length === 0 ? ALL : rangesOf([...trunks, tag ?? 0]) };
    case 'dot1q-tunnel': {
      const takesAll = customerVlans.length === 0;
      return takesAll || customerVlans.includes(0)
        ? { untagged, tagged: rangesOf(customerVlans) }
        : { untagged: false, tagged: rangesOf(customerVlans) };
    }
    default:
      return undefined;
  }
};

/** VLANs as ranges; none are all. */
const rangesOf = (vlans: readonly number[]): CarriedVlans['tagged'] =>
  vlans.length === 0
    ? ALL
    : joinedVlanRanges(vlans.filter((vlan) => vlan >= 1 && vlan <= 4094).map((vlan) => [vlan, vlan]));
