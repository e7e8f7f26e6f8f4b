import { distinctArray, macSchema, vlanListSchema } from '@nic-herald/core/internal';
import type { MacAddress } from '@nic-herald/wire';
import * as z from 'zod';

/** Secondary MACs of both kinds together: 16 receive addresses, of which the first is the card's own MAC. */
export const SECONDARY_ADDRESSES = 15;

/** What an e1000 or e1000e card holds of its guest's addresses. JSON as it stands. */
export interface E1000State {
  /** The MAC the guest uses now (receive address 0); absent where that is none a station can have. */
  readonly ownMac?: MacAddress;
  /** RCTL.EN: the card receives at all. */
  readonly receiverOn: boolean;
  /** RCTL.UPE: the card takes every unicast frame. Linux then lists no secondary MAC. */
  readonly unicastPromiscuous: boolean;
  /** RCTL.MPE: the card takes every multicast frame. */
  readonly multicastPromiscuous: boolean;
  /** RCTL.VFE: the card drops frames of VLANs that its table does not list. */
  readonly vlanFilterOn: boolean;
  /** Secondary unicast MACs, each once. */
  readonly unicast: readonly MacAddress[];
  /** Multicast MACs that are listed, each once; with `unicast` at most 15. More may hide in the card's hash. */
  readonly multicast: readonly MacAddress[];
  /** The VLAN table: 1 to 4094, ascending, each once; `too-many` above 512, which tells nothing. */
  readonly vlans: readonly number[] | 'too-many';
}

/** Parses a state that another host, or another version, wrote. */
export const e1000State: z.ZodType<E1000State> = z
  .object({
    ownMac: macSchema('station').optional(),
    receiverOn: z.boolean(),
    unicastPromiscuous: z.boolean(),
    multicastPromiscuous: z.boolean(),
    vlanFilterOn: z.boolean(),
    unicast: distinctArray(macSchema('station'), SECONDARY_ADDRESSES),
    multicast: distinctArray(macSchema('group'), SECONDARY_ADDRESSES),
    vlans: vlanListSchema({ least: 1 }),
  })
  .refine(({ unicast, multicast }) => unicast.length + multicast.length <= SECONDARY_ADDRESSES, {
    message: `more than ${SECONDARY_ADDRESSES} unicast and multicast MACs together`,
  })
  .transform(({ ownMac, ...rest }): E1000State => (ownMac === undefined ? rest : { ...rest, ownMac }));
