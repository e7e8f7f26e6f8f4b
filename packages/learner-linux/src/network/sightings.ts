import type { NetworkQuestion, NetworkSighting } from '@nic-herald/core';
import { type IpAddress, type MacAddress, VlanId } from '@nic-herald/wire';
import type { BridgePicture, LearnedAt } from './bridge-picture.js';
import type { Speaker } from './speaker.js';

/** As many as the contract allows. */
const MAX_SIGHTINGS = 65_536;

/**
 * What a picture shows of what was asked, VLANs as the port with number `askedAt` would have them on its wire. `nowMs` is on
 * the clock of performance.now().
 */
export const sightingsIn = (
  picture: BridgePicture,
  { macs, addresses }: Pick<NetworkQuestion, 'macs' | 'addresses'>,
  askedAt: number,
  nowMs: number,
): readonly NetworkSighting[] => {
  const sinceMs = Math.max(0, nowMs - picture.takenAt);
  const sightings: NetworkSighting[] = [];
  const tell = (one: NetworkSighting | undefined): void => {
    if (one !== undefined && sightings.length < MAX_SIGHTINGS) sightings.push(one);
  };
  for (const [address, speakers] of askedOf(addresses, picture.speakers)) {
    for (const speaker of speakers) tell(addressSighting(picture, askedAt, address, speaker, sinceMs));
  }
  for (const [mac, learned] of askedOf(macs, picture.learned)) {
    for (const at of learned) tell(macSighting(picture, askedAt, mac, at, sinceMs));
  }
  return sightings;
};

/** What is known of what was asked, by whichever is fewer: either may be thousands. */
function* askedOf<K, V>(asked: ReadonlySet<K>, known: ReadonlyMap<K, V>): Generator<readonly [K, V]> {
  if (known.size < asked.size) {
    for (const entry of known) if (asked.has(entry[0])) yield entry;
    return;
  }
  for (const key of asked) {
    const value = known.get(key);
    if (value !== undefined) yield [key, value];
  }
}

const macSighting = (
  { portNames, vlanAware, untaggedVlans }: BridgePicture,
  askedAt: number,
  mac: MacAddress,
  { portIndex, vlan: filed, ageMs }: LearnedAt,
  sinceMs: number,
): NetworkSighting | undefined => {
  const port = portNames.get(portIndex);
  if (port === undefined) return undefined; // it went meanwhile
  const seen = { mac, port, ageMs: Math.round(ageMs + sinceMs) };
  // An entry without a VLAN is also left from before a bridge began to look at them.
  if (!vlanAware || filed === undefined) return { ...seen, vlanUnknown: true };
  if (filed === untaggedVlans.get(askedAt)) return seen;
  const vlan = VlanId.parse(filed);
  return vlan === undefined ? undefined : { ...seen, vlan };
};

const addressSighting = (
  picture: BridgePicture,
  askedAt: number,
  address: IpAddress,
  { mac, proof, portIndex, ageMs, earlierAgeMs, vlan }: Speaker,
  sinceMs: number,
): NetworkSighting | undefined => {
  const port = picture.portNames.get(portIndex);
  const place = placeOf(picture, askedAt, portIndex, vlan);
  if (port === undefined || place === undefined) return undefined;
  return {
    mac,
    ...place,
    address,
    proof,
    port,
    ageMs: Math.round(ageMs + sinceMs),
    ...(earlierAgeMs !== undefined && { earlierAgeMs: Math.round(earlierAgeMs + sinceMs) }),
  };
};

/** Where a frame that came in at one port is to another; `undefined` where the bridge takes no such frame. */
const placeOf = (
  { vlanAware, untaggedVlans }: BridgePicture,
  askedAt: number,
  cameInAt: number,
  tagged: VlanId | undefined,
): Pick<NetworkSighting, 'vlan'> | undefined => {
  if (!vlanAware) return tagged === undefined ? {} : { vlan: tagged }; // frames pass as they are
  const filed = tagged ?? VlanId.parse(untaggedVlans.get(cameInAt) ?? 0);
  if (filed === undefined) return undefined;
  return filed === untaggedVlans.get(askedAt) ? {} : { vlan: filed };
};
