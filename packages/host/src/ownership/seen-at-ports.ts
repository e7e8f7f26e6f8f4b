import type { NetworkSighting, Port } from '@nic-herald/core';
import { MAX_PLACE } from '@nic-herald/core/internal';
import { type GuestHere, type HeardHere, isSame } from './heard-here.js';
import { REFLECTION_MS } from './judge-claim.js';
import { networkName } from './network-key.js';
import type { Rival } from './rival.js';

/** Who looks at a network, and since when what is seen there counts. Times are of `Clock.elapsed`. */
export interface SeenBy {
  readonly self: GuestHere;
  /** A port of the guest in this network. */
  readonly port: Port;
  readonly network: string;
  /** The names of all its ports of that bridge. */
  readonly own: ReadonlySet<string>;
  readonly heard: HeardHere;
  /** This host, for people. */
  readonly host: string;
  readonly now: number;
  /** The guest runs here since then: what was seen elsewhere before was itself. */
  readonly since: number;
  /** It stopped then: what is seen elsewhere after it may be where it went. */
  readonly until: number;
}

/** Sightings at other ports than the guest's, while it ran here, as rivals. Pure. */
export const seenAtPorts = (sightings: readonly NetworkSighting[], by: SeenBy): readonly Rival[] =>
  sightings.flatMap((sighting): readonly Rival[] => {
    if (by.own.has(sighting.port)) return [];
    const guest = by.heard.at(by.network, sighting.port);
    if (guest !== undefined && isSame(guest, by.self)) return [];
    const times = [sighting.ageMs, sighting.earlierAgeMs]
      .flatMap((ageMs) => (ageMs === undefined ? [] : [by.now - ageMs]))
      .filter((time) => time > by.since + REFLECTION_MS && time <= by.until);
    if (times.length === 0) return [];
    const { mac, vlan, vlanUnknown, address, proof, port } = sighting;
    const at = `${port} of ${networkName(by.port)} on ${by.host}`;
    const where = guest === undefined ? `port ${at}` : `guest ${guest.label} at ${at}`;
    return [
      {
        kind: 'port',
        mac,
        ...(vlan === undefined ? {} : { vlan }),
        ...(vlanUnknown === undefined ? {} : { vlanUnknown }),
        ...(address === undefined ? {} : { address }),
        ...(proof === undefined ? {} : { proof }),
        where: where.slice(0, MAX_PLACE),
        times,
      },
    ];
  });
