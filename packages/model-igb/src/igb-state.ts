import { type Station, stationOf } from '@nic-herald/core';
import { boundedArray, distinctArray, macSchema, vlanListSchema } from '@nic-herald/core/internal';
import { type MacAddress, VlanId } from '@nic-herald/wire';
import * as z from 'zod';

/** Secondary MACs of both kinds together: 24 receive addresses, of which the first is the card's own MAC. */
export const SECONDARY_ADDRESSES = 23;
/** VLANs that can belong to pools: entries of VLVF. */
const POOL_VLANS = 32;
/** Most stations of virtual functions: each MAC untagged and on each VLAN that belongs to a pool. */
const MAX_POOLED = SECONDARY_ADDRESSES * (POOL_VLANS + 1);

/** What an igb holds of its guest's addresses. JSON as it stands. */
export interface IgbState {
  /** The MAC the guest uses now (receive address 0); absent where that is none a station can have. */
  readonly ownMac?: MacAddress;
  /** RCTL.EN and, with virtual functions, the enable bit of the card's own pool: the card receives at all. */
  readonly receiverOn: boolean;
  /** RCTL.UPE: the guest wants every unicast frame. Linux then lists as many secondary MACs as fit. */
  readonly unicastPromiscuous: boolean;
  /** RCTL.MPE: the guest wants every multicast frame. */
  readonly multicastPromiscuous: boolean;
  /** RCTL.VFE: the card drops frames of VLANs that its table does not list. */
  readonly vlanFilterOn: boolean;
  /** CTRL_EXT.EXT_VLAN: every frame has an outer tag, and the VLAN table is of the inner one. */
  readonly outerTagged: boolean;
  /** Secondary unicast MACs that the card takes, each once; those of virtual functions too. */
  readonly unicast: readonly MacAddress[];
  /** Multicast MACs that are listed, each once; with `unicast` at most 23. More may hide in the card's hash. */
  readonly multicast: readonly MacAddress[];
  /** The VLANs of the card itself: 1 to 4094, ascending, each once; `too-many` above 512, which tells nothing. */
  readonly vlans: readonly number[] | 'too-many';
  /** Stations of virtual functions: which of their MACs is where. Absent where the card has no pools. */
  readonly pooled?: readonly Station[];
}

const pooledStation = z
  .object({ mac: macSchema('station'), vlan: z.int().min(1).max(4094).optional() })
  .transform(({ mac, vlan }): Station => stationOf(mac, vlan === undefined ? undefined : VlanId.of(vlan)));

/** Parses a state that another host, or another version, wrote. */
export const igbState: z.ZodType<IgbState> = z
  .object({
    ownMac: macSchema('station').optional(),
    receiverOn: z.boolean(),
    unicastPromiscuous: z.boolean(),
    multicastPromiscuous: z.boolean(),
    vlanFilterOn: z.boolean(),
    outerTagged: z.boolean(),
    unicast: distinctArray(macSchema('station'), SECONDARY_ADDRESSES),
    multicast: distinctArray(macSchema('group'), SECONDARY_ADDRESSES),
    vlans: vlanListSchema({ least: 1 }),
    pooled: boundedArray(pooledStation, MAX_POOLED).optional(),
  })
  .refine(({ unicast, multicast }) => unicast.length + multicast.length <= SECONDARY_ADDRESSES, {
    message: `more than ${SECONDARY_ADDRESSES} unicast and multicast MACs together`,
  })
  .refine(({ unicast, pooled = [] }) => pooled.every(({ mac }) => unicast.includes(mac)), {
    message: 'a station of a virtual function whose MAC is not among the unicast MACs',
  })
  .transform(
    ({ ownMac, pooled, ...rest }): IgbState => ({
      ...rest,
      ...(ownMac === undefined ? {} : { ownMac }),
      ...(pooled === undefined ? {} : { pooled }),
    }),
  );
