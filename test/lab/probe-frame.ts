import {
  arpLength,
  decodeArp,
  decodeEthernet,
  ETHERNET_MIN_LENGTH,
  encodeArp,
  encodeEthernet,
  Ipv4Address,
  isDecodeError,
  MacAddress,
  VLAN_TAG_LENGTH,
} from '@nic-herald/wire';
import { type Station, stationKey } from './station.js';

/** "Local experimental ethertype 1" of IEEE 802. */
const probeEtherType = 0x88b5;
export const peerMac = MacAddress.of('02:00:00:00:00:fe');
const customerTag = 0x8100;

/** The `sequence`-th probe of a station: a unicast frame to its MAC, tagged where it lives on a VLAN. */
export function probeFrame(station: Station, sequence: number): Uint8Array {
  const tags =
    station.vlan === undefined
      ? []
      : [{ protocol: customerTag, id: station.vlan, priority: 0, dropEligible: false } as const];
  const frame = new Uint8Array(ETHERNET_MIN_LENGTH + tags.length * VLAN_TAG_LENGTH);
  const header = { destination: station.mac, source: peerMac, tags, etherType: probeEtherType };
  const payload = encodeEthernet(header, frame, 0);
  const data = new DataView(frame.buffer);
  data.setUint16(payload, station.flow);
  data.setUint32(payload + 2, sequence);
  return frame;
}

/** The flow number of a probe that carries the MAC and tag of that flow's station; undefined for other frames. */
export function flowOfProbe(bytes: Uint8Array, stations: readonly Station[]): number | undefined {
  const frame = decodeEthernet(bytes);
  if (isDecodeError(frame) || frame.etherType !== probeEtherType) return undefined;
  if (bytes.length < frame.payloadOffset + 6) return undefined;
  const flow = new DataView(bytes.buffer, bytes.byteOffset).getUint16(frame.payloadOffset);
  const station = stations[flow - (stations[0]?.flow ?? 0)];
  if (!station || frame.destination !== station.mac || frame.tags[0]?.id !== station.vlan) return undefined;
  return flow;
}

/** An ARP request from the peer to a station's own MAC, asking for its address; `senderIp` is who the answer goes to. */
export function arpRequest(station: Station, senderIp = station.peerAddress): Uint8Array {
  const arp = {
    destination: station.mac,
    source: peerMac,
    vlan: station.vlan,
    operation: 'request',
    senderMac: peerMac,
    senderIp,
    targetMac: MacAddress.of('00:00:00:00:00:00'),
    targetIp: station.address,
  } as const;
  const frame = new Uint8Array(arpLength(arp));
  encodeArp(arp, frame, 0);
  return frame;
}

/** Who asks a station for the `number`-th time, 0 to 99: an address in its subnet, so that every answer names its question. */
export function askerAddress(station: Station, number: number): Ipv4Address {
  const subnet = station.address.slice(0, station.address.lastIndexOf('.'));
  return Ipv4Address.of(`${subnet}.${100 + number}`);
}

/** Whom a station answers by an ARP reply; undefined for other frames. */
export function askerOfAnswer(bytes: Uint8Array, station: Station): Ipv4Address | undefined {
  const arp = decodeArp(bytes);
  if (isDecodeError(arp) || arp.operation !== 'reply') return undefined;
  const isItsOwn =
    arp.source === station.mac && arp.vlan === station.vlan && arp.senderIp === station.address;
  return isItsOwn ? arp.targetIp : undefined;
}

/** The key of the station an ARP reply came from; undefined for other frames. */
export function stationOfArpReply(bytes: Uint8Array): string | undefined {
  const arp = decodeArp(bytes);
  if (isDecodeError(arp) || arp.operation !== 'reply') return undefined;
  return stationKey(arp.source, arp.vlan);
}

/** The station a frame claims as its source. */
export function sourceOfFrame(bytes: Uint8Array): string | undefined {
  const frame = decodeEthernet(bytes);
  return isDecodeError(frame) ? undefined : stationKey(frame.source, frame.tags[0]?.id);
}
