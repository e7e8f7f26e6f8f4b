import {
  arpLength,
  encodeArp,
  encodeNeighbourAdvertisement,
  Ipv4Address,
  Ipv6Address,
  MacAddress,
  neighbourAdvertisementLength,
  type VlanId,
} from '@nic-herald/wire';
import { web } from './played-guest.js';

const everybody = MacAddress.of('ff:ff:ff:ff:ff:ff');
const asker = MacAddress.of('52:54:00:ee:00:77');
const nobody = MacAddress.of('00:00:00:00:00:00');

/** A gratuitous ARP, by which a guest shows that it has an address at one of its stations. */
export function gratuitousArp(mac: MacAddress, address: string, vlan?: VlanId): Uint8Array {
  const ip = Ipv4Address.of(address);
  const arp = {
    destination: everybody,
    source: mac,
    operation: 'request',
    senderMac: mac,
    senderIp: ip,
    targetMac: nobody,
    targetIp: ip,
    vlan,
  } as const;
  const frame = new Uint8Array(arpLength(arp));
  encodeArp(arp, frame, 0);
  return frame;
}

/** An answer to a question for an address, which was asked by a MAC of nobody here. */
export function arpAnswer(mac: MacAddress, address: string): Uint8Array {
  const arp = {
    destination: asker,
    source: mac,
    operation: 'reply',
    senderMac: mac,
    senderIp: Ipv4Address.of(address),
    targetMac: asker,
    targetIp: Ipv4Address.of('192.0.2.77'),
  } as const;
  const frame = new Uint8Array(arpLength(arp));
  encodeArp(arp, frame, 0);
  return frame;
}

/** An unsolicited neighbour advertisement of a router. */
export function routerSpeech(mac: MacAddress, address: string): Uint8Array {
  const advertisement = { mac, address: Ipv6Address.of(address), router: true, override: true };
  const frame = new Uint8Array(neighbourAdvertisementLength(advertisement));
  encodeNeighbourAdvertisement(advertisement, frame, 0);
  return frame;
}

/** What the guest `web-1` says of itself: an address at its own MAC, and one at a MAC that no card lists. */
export const webSpeech: readonly Uint8Array[] = [
  gratuitousArp(web.primary, web.primaryAddress),
  gratuitousArp(web.learned, web.address),
];
