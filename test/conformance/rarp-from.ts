import { encodeRarp, type MacAddress, rarpLength, type VlanId } from '@nic-herald/wire';

/** The frame with which QEMU announces a guest, from that MAC. */
export const rarpFrom = (mac: MacAddress, vlan?: VlanId): Uint8Array => {
  const frame = { mac, vlan };
  const bytes = new Uint8Array(rarpLength(frame));
  encodeRarp(frame, bytes, 0);
  return bytes;
};
