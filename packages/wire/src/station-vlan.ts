import { DecodeError, isDecodeError, type WireFormat } from './decode-error.js';
import { decodeEthernet, type EthernetFrame, EtherType, etherTypeText } from './ethernet.js';
import type { MacAddress } from './mac-address.js';
import { VlanId } from './vlan-id.js';

/** What stands before the packet in a frame that carries no tag or one customer tag. */
export interface StationFrame {
  readonly destination: MacAddress;
  readonly source: MacAddress;
  readonly vlan?: VlanId;
  readonly payloadOffset: number;
}

/** The offset of a frame's first tag. */
const TAG_OFFSET = 12;

/**
 * Reads what stands before the packet in a whole frame (without FCS). A DecodeError, called by `format`, for
 * another EtherType than `etherType` and for the tags that {@link stationVlan} refuses.
 */
export function readStationFrame(
  format: WireFormat,
  etherType: number,
  frame: Uint8Array,
): StationFrame | DecodeError {
  const ethernet = decodeEthernet(frame);
  if (isDecodeError(ethernet)) return ethernet;
  const { destination, payloadOffset, source } = ethernet;
  if (ethernet.etherType !== etherType) {
    const [need, have] = [etherTypeText(etherType), etherTypeText(ethernet.etherType)];
    return DecodeError.invalid(format, 'EtherType', payloadOffset - 2, need, have);
  }
  const vlan = stationVlan(ethernet, format);
  return isDecodeError(vlan) ? vlan : { destination, source, ...vlan, payloadOffset };
}

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
