/** Frames of one length, laid one after another. */
export interface Frames {
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** How many stations send what follows: few, so that what else is in the frames is what costs. */
export const TALKERS = 64;

const VLAN = 22;
const PAYLOAD = 18; // behind both addresses, the tag and the EtherType

/** Frames of a payload from the talkers in turn, each told which it is. */
const framesWith = (
  count: number,
  etherType: number,
  payload: Uint8Array,
  fill: (view: DataView, at: number, index: number) => void,
): Frames => {
  const length = PAYLOAD + payload.length;
  const bytes = new Uint8Array(count * length);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < count; index++) {
    const at = index * length;
    bytes.set([0x52, 0x54, 0, 0xff, 0xff, 0xff, 0x52, 0x54], at); // to somebody unknown: the bridge floods it
    view.setUint32(at + 8, index % TALKERS);
    view.setUint32(at + 12, (0x8100 << 16) | VLAN);
    view.setUint16(at + 16, etherType);
    bytes.set(payload, at + PAYLOAD);
    fill(view, at, index);
  }
  return { bytes, length };
};

const padded = (hex: string, length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  bytes.set(Buffer.from(hex, 'hex'));
  return bytes;
};

const nothing = (): void => {};

/** UDP over IPv4. */
export const ipv4Packets = (count: number): Frames =>
  framesWith(count, 0x0800, padded('4500002e00000000401100000a0000010a000002', 46), nothing);

/** UDP over IPv6. */
export const ipv6Packets = (count: number): Frames =>
  framesWith(count, 0x86dd, padded(`60000000000811ff20010db8${'00'.repeat(28)}`, 72), nothing);

/** ARP requests, the sender of each an IPv4 address that none before had; `first` names the first. */
export const arpStorm = (count: number, first: number): Frames =>
  framesWith(count, 0x0806, padded('0001080006040001', 46), (view, at, index) => {
    view.setUint16(at + PAYLOAD + 8, 0x5254);
    view.setUint32(at + PAYLOAD + 10, index % TALKERS);
    view.setUint32(at + PAYLOAD + 14, 0x0a00_0000 + ((first + index) & 0xff_ffff));
  });

/** Neighbour solicitations, the source of each an IPv6 address that none before had. */
export const solicitationStorm = (count: number, first: number): Frames =>
  framesWith(count, 0x86dd, padded(`6000000000203aff20010db8${'00'.repeat(28)}87`, 72), (view, at, index) => {
    view.setUint32(at + PAYLOAD + 20, first + index);
    view.setUint32(at + PAYLOAD + 64, 0x0101_5254);
    view.setUint32(at + PAYLOAD + 68, index % TALKERS);
  });
