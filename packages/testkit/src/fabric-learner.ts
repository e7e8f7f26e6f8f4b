import {
  type Clock,
  HeraldError,
  type LearnedStations,
  type Port,
  type PortLearner,
  type Station,
  type StationKey,
  type StationLearner,
  stationKey,
  stationOf,
} from '@nic-herald/core';
import { MacAddress, VlanId } from '@nic-herald/wire';
import type { FabricHost } from './fabric.js';
import type { FabricFrame } from './fabric-frame.js';

interface Sighting {
  readonly station: Station;
  readonly at: number;
}

const CAPACITY = 4096;

/**
 * Learns at the guest ports of one host of the fabric as the in-kernel learner does: from each frame that enters
 * there once it is open, its VLAN included, and from none that a sink put in.
 */
export class FabricLearner implements StationLearner {
  readonly name = 'fabric';
  readonly preference = 100;

  constructor(
    private readonly host: FabricHost,
    private readonly clock: Clock,
  ) {}

  supports(port: Port): boolean {
    return this.host.bridge.port(port.name) !== undefined;
  }

  /** Rejects with HERALD_FABRIC_PORT for a port this host does not have. */
  async open({ name }: Port): Promise<PortLearner> {
    const at = this.host.bridge.port(name);
    if (at === undefined) {
      throw new HeraldError('HERALD_FABRIC_PORT', `host ${this.host.name} has no port ${name}`);
    }
    const seen = new Map<StationKey, Sighting>();
    const close = at.onReceive((frame) => this.learn(seen, frame));
    return { read: async () => this.read(seen), close: async () => close() };
  }

  private learn(seen: Map<StationKey, Sighting>, { source, vlan, injected }: FabricFrame): void {
    if (injected === true || !MacAddress.isStationAddress(source)) return;
    const station = stationOf(source, VlanId.parse(vlan)); // 0 is untagged
    const key = stationKey(station);
    seen.delete(key); // to its end: the longest unseen make room
    seen.set(key, { station, at: this.clock.now() });
    for (const oldest of seen.keys()) {
      if (seen.size <= CAPACITY) return;
      seen.delete(oldest);
    }
  }

  private read(seen: ReadonlyMap<StationKey, Sighting>): LearnedStations {
    const now = this.clock.now();
    const stations = [...seen.values()].map(({ station, at }) => ({ station, ageMs: now - at })).reverse();
    return { stations, exactVlans: true, capacity: CAPACITY };
  }
}
