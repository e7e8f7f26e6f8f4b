import { DecodeError, type WireFormat } from './decode-error.js';
import { type EthernetFrame, EtherType, etherTypeText } from './ethernet.js';
import { VlanId } from './vlan-id.js';

/** The offset of a frame's first tag. */
const TAG_OFFSET = 12;

/**
 * The VLAN of a frame that carries no tag or one customer tag: absent for no tag and for VLAN 0, which marks
 * priority alone. A DecodeError names `format` where the frame carries the reserved 4095, a service tag or
 * two tags, none of which is one of our stations.
 */
export function stationVlan(
  frame: EthernetFrame,
  format: WireFormat,
): { readonly vlan?: VlanId } | DecodeError {
  const [tag, second] = frame.tags;
  if (tag === undefined) return {};
  if (second !== undefined || tag.protocol !== EtherType.customerTag) {
    const have = frame.tags.map(({ protocol }) => etherTypeText(protocol)).join(' ');
    return DecodeError.invalid(format, 'tags', TAG_OFFSET, 'none or one of 0x8100', have);
  }
  if (tag.id === 0) return {};
  const vlan = VlanId.parse(tag.id);
  if (vlan === undefined) return DecodeError.invalid(format, 'VLAN', TAG_OFFSET, '0 to 4094', tag.id);
  return { vlan };
}
