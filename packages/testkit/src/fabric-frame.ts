import { decodeEthernet, EtherType, isDecodeError, type MacAddress } from '@nic-herald/wire';

/** A frame on its way through the fabric: its bytes, and what switches look at. */
export interface FabricFrame {
  readonly bytes: Uint8Array;
  readonly source: MacAddress;
  readonly destination: MacAddress;
  /** VLAN id of the outermost customer tag, 1 to 4094; 0 where it has none, or a priority tag. */
  readonly vlan: number;
  /** Put in by a sink and not sent by who is plugged in; the mark that the kernel carries beside a frame. */
  readonly injected?: true;
}

const RESERVED_VLAN = 4095; // 802.1Q clause 9.6: never in a frame

/** Reads a frame once, where it enters the fabric; `undefined` for what no switch would carry. */
export const readFabricFrame = (bytes: Uint8Array): FabricFrame | undefined => {
  const header = decodeEthernet(bytes);
  if (isDecodeError(header)) return undefined;
  const [tag] = header.tags;
  const vlan = tag?.protocol === EtherType.customerTag ? tag.id : 0;
  if (vlan === RESERVED_VLAN) return undefined;
  return { bytes, source: header.source, destination: header.destination, vlan };
};
