import type { NetworkSighting, Port } from '@nic-herald/core';
import type { IpAddress, MacAddress } from '@nic-herald/wire';
import type { ClaimedThere } from './claimed-there.js';

/** Most sightings of one look, and most addresses that are watched in a network, as the contract of network watches has it. */
const MOST_SIGHTINGS = 65_536;
const MOST_ADDRESSES = 4096;

/** What a guest claims in a network, and its ports there. */
export interface ClaimsThere extends ClaimedThere {
  readonly port: Port;
  /** The names of all its ports there. */
  readonly own: ReadonlySet<string>;
}

/** What several guests claim in one network, asked about at once. */
export interface JointQuestion {
  readonly port: Port;
  readonly macs: ReadonlySet<MacAddress>;
  readonly addresses: ReadonlySet<IpAddress>;
}

/** The question; undefined where it would be too long, so that each has to ask its own. */
export const jointQuestion = (claims: Iterable<ClaimsThere>): JointQuestion | undefined => {
  const macs = new Set<MacAddress>();
  const addresses = new Set<IpAddress>();
  let at: Port | undefined;
  for (const each of claims) {
    at ??= each.port;
    for (const mac of each.macs) macs.add(mac);
    for (const address of each.addresses) addresses.add(address);
  }
  return at === undefined || addresses.size > MOST_ADDRESSES ? undefined : { port: at, macs, addresses };
};

/**
 * Those whose MACs or addresses were seen at ports that are not theirs, on whichever VLAN: they have to ask for themselves, since
 * what a VLAN is depends on the port. All of them, where more was seen than the answer has. Pure.
 */
export const seenElsewhere = <T>(
  claims: ReadonlyMap<T, ClaimsThere>,
  sightings: readonly NetworkSighting[],
): ReadonlySet<T> => {
  if (sightings.length >= MOST_SIGHTINGS) return new Set(claims.keys());
  const claimants = new Map<MacAddress | IpAddress, [T, ClaimsThere][]>();
  for (const [guest, there] of claims) {
    for (const subject of [...there.macs, ...there.addresses]) {
      const known = claimants.get(subject);
      if (known === undefined) claimants.set(subject, [[guest, there]]);
      else known.push([guest, there]);
    }
  }
  const elsewhere = new Set<T>();
  for (const { mac, address, port } of sightings) {
    for (const [guest, { own }] of claimants.get(address ?? mac) ?? [])
      if (!own.has(port)) elsewhere.add(guest);
  }
  return elsewhere;
};
