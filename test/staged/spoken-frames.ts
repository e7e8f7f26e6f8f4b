import { arpLength, encodeArp, Ipv4Address, MacAddress, type VlanId } from '@nic-herald/wire';
import { web } from './played-guest.js';

const everybody = MacAddress.of('ff:ff:ff:ff:ff:ff');
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

/** What the guest `web-1` says of itself: an address at its own MAC, and one at a MAC that no card lists. */
export const webSpeech: readonly Uint8Array[] = [
  gratuitousArp(web.primary, web.primaryAddress),
  gratuitousArp(web.learned, web.address),
];
