import type { Station } from './station.js';

/** "Local experimental ethertype 1" of IEEE 802. */
export const probeEthertype = 0x88b5;
export const peerMac = '02:00:00:00:00:fe';

const frameLength = 60;
const tagLength = 4;

/** What a probe says of itself: which station it was sent to, and its place in the sequence. */
export interface ProbeMark {
  readonly flow: number;
  readonly sequence: number;
}

/** The `sequence`-th probe of a station: a unicast frame to its MAC, tagged where it lives on a VLAN. */
export function probeFrame(station: Station, sequence: number): Uint8Array {
  const { frame, payload } = header(station, probeEthertype);
  view(frame).setUint16(payload, station.flow);
  view(frame).setUint32(payload + 2, sequence);
  return frame;
}

/** An ARP request from the peer to a station's own MAC, asking for its address (RFC 826). */
export function arpRequest(station: Station): Uint8Array {
  const { frame, payload } = header(station, 0x0806);
  const data = view(frame);
  data.setUint16(payload, 1);
  data.setUint16(payload + 2, 0x0800);
  data.setUint8(payload + 4, 6);
  data.setUint8(payload + 5, 4);
  data.setUint16(payload + 6, 1);
  frame.set(macBytes(peerMac), payload + 8);
  frame.set(addressBytes(station.peerAddress), payload + 14);
  frame.set(addressBytes(station.address), payload + 24);
  return frame;
}

/** A captured frame as far as the lab reads it; undefined when it is cut short. */
export interface SeenFrame {
  readonly destination: string;
  readonly source: string;
  /** 0 = untagged. */
  readonly vlan: number;
  readonly ethertype: number;
  /** Offset of what follows the ethertype. */
  readonly payload: number;
}

export function readFrame(bytes: Uint8Array): SeenFrame | undefined {
  if (bytes.length < 18) return undefined;
  const data = view(bytes);
  const tagged = data.getUint16(12) === 0x8100;
  return {
    destination: macText(bytes.subarray(0, 6)),
    source: macText(bytes.subarray(6, 12)),
    vlan: tagged ? data.getUint16(14) & 0xfff : 0,
    ethertype: data.getUint16(tagged ? 16 : 12),
    payload: tagged ? 18 : 14,
  };
}

export function readProbe(bytes: Uint8Array, frame: SeenFrame): ProbeMark | undefined {
  if (frame.ethertype !== probeEthertype || bytes.length < frame.payload + 6) return undefined;
  const data = view(bytes);
  return { flow: data.getUint16(frame.payload), sequence: data.getUint32(frame.payload + 2) };
}

/** True for an ARP reply. */
export function isArpReply(bytes: Uint8Array, frame: SeenFrame): boolean {
  return frame.ethertype === 0x0806 && bytes[frame.payload + 7] === 2;
}

function header(station: Station, ethertype: number): { frame: Uint8Array; payload: number } {
  const tagged = station.vlan !== 0;
  const frame = new Uint8Array(frameLength + (tagged ? tagLength : 0));
  const data = view(frame);
  frame.set(macBytes(station.mac), 0);
  frame.set(macBytes(peerMac), 6);
  if (tagged) {
    data.setUint16(12, 0x8100);
    data.setUint16(14, station.vlan);
  }
  const payload = tagged ? 18 : 14;
  data.setUint16(payload - 2, ethertype);
  return { frame, payload };
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function macBytes(mac: string): number[] {
  return mac.split(':').map((pair) => Number.parseInt(pair, 16));
}

function addressBytes(address: string): number[] {
  return address.split('.').map(Number);
}

function macText(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}
