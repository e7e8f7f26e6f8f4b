import {
  decodeGratuitousArp,
  decodeNeighbourAdvertisement,
  type IpAddress,
  isDecodeError,
  type MacAddress,
  type VlanId,
} from '@nic-herald/wire';
import { stationKey } from './station.js';

/** A gratuitous ARP in its request or its reply form, or an unsolicited neighbour advertisement. */
export type ClaimKind = 'garp' | 'garp-reply' | 'na';

/** A frame by which somebody says, unasked, that an IP address is at its station. */
export interface AddressClaim {
  readonly kind: ClaimKind;
  readonly mac: MacAddress;
  readonly vlan?: VlanId | undefined;
  readonly address: IpAddress;
  /** Of `na`: whether it says to be a router. */
  readonly router?: boolean;
}

/** What a frame claims; undefined for all other frames. */
export function addressClaimOf(bytes: Uint8Array): AddressClaim | undefined {
  const garp = decodeGratuitousArp(bytes);
  if (!isDecodeError(garp)) return { ...garp, kind: garp.operation === 'request' ? 'garp' : 'garp-reply' };
  const na = decodeNeighbourAdvertisement(bytes);
  return isDecodeError(na) ? undefined : { ...na, kind: 'na' };
}

/** An address at a station as one text: `52:54:00:00:00:01 vlan 10 has 10.9.2.2`. */
export function claimKey({ mac, vlan, address }: Omit<AddressClaim, 'kind' | 'router'>): string {
  return `${stationKey(mac, vlan)} has ${address}`;
}
