import {
  type Clock,
  HeraldError,
  type LearnedStation,
  type LearnedStations,
  MAX_SNAPSHOT_ASKED,
  type MulticastReports,
  type Port,
  type PortClaim,
  type PortLearner,
  type Station,
  type StationKey,
  type StationLearner,
  stationKey,
  stationOf,
} from '@nic-herald/core';
import {
  decodeEthernet,
  EtherType,
  type IpAddress,
  isDecodeError,
  MacAddress,
  multicastReport,
  VlanId,
} from '@nic-herald/wire';
import { addressClaim } from './address-claim.js';
import type { FabricHost } from './fabric.js';
import type { FabricFrame } from './fabric-frame.js';
import { OwnedAddresses } from './owned-addresses.js';

interface Sighting {
  readonly station: Station;
  readonly at: number;
  readonly addresses: OwnedAddresses;
  /** Whom it asked for, and when last; the last asked for at the end. */
  readonly asked: Map<IpAddress, number>;
}

/** What was seen at one port. */
interface Seen {
  readonly stations: Map<StationKey, Sighting>;
  readonly reports: Map<VlanId | undefined, MulticastReports>;
}

const CAPACITY = 4096;

/**
 * Learns at the guest ports of one host of the fabric as the in-kernel learner does: from each frame that enters
 * there once it is open, its VLAN, what it proves of IP addresses and whether it reports multicast groups included.
 * Not from what a sink put in, nor from RARP, which is QEMU's word and not the guest's.
 */
export class FabricLearner implements StationLearner {
  readonly name = 'fabric';

  constructor(
    private readonly host: FabricHost,
    private readonly clock: Clock,
  ) {}

  async claim(port: Port): Promise<PortClaim> {
    const isHere = port.kind === 'tap' && this.host.bridge.port(port.name) !== undefined;
    return isHere ? { preference: 50 } : { refusal: `no tap of host ${this.host.name}` };
  }

  /** Rejects with HERALD_FABRIC_PORT for a port this host does not have. */
  async open({ name }: Port): Promise<PortLearner> {
    const at = this.host.bridge.port(name);
    if (at === undefined) {
      throw new HeraldError('HERALD_FABRIC_PORT', `host ${this.host.name} has no port ${name}`);
    }
    const seen: Seen = { stations: new Map(), reports: new Map() };
    const close = at.onReceive((frame) => this.learn(seen, frame));
    return { read: async () => this.read(seen), close: async () => close() };
  }

  private learn({ stations, reports }: Seen, { bytes, source, vlan, injected }: FabricFrame): void {
    if (injected === true || !MacAddress.isStationAddress(source) || isRarp(bytes)) return;
    const station = stationOf(source, VlanId.parse(vlan)); // 0 is untagged
    const key = stationKey(station);
    const at = this.clock.now();
    const { addresses, asked } = stations.get(key) ?? { addresses: new OwnedAddresses(), asked: new Map() };
    const claim = addressClaim(bytes);
    if (claim !== undefined) addresses.prove(claim, at);
    if (claim?.asksFor !== undefined) ask(asked, claim.asksFor, at);
    stations.delete(key); // to its end: the longest unseen make room
    stations.set(key, { station, at, addresses, asked });
    for (const oldest of stations.keys()) {
      if (stations.size <= CAPACITY) break;
      stations.delete(oldest);
    }
    count(reports, bytes);
  }

  private read({ stations, reports }: Seen): LearnedStations {
    const now = this.clock.now();
    const learned = [...stations.values()].map(({ station, at, addresses, asked }): LearnedStation => {
      const owned = addresses.at(now);
      const whom = [...asked].map(([address, last]) => ({ address, ageMs: now - last })).reverse();
      return {
        station,
        ageMs: now - at,
        ...(owned.length === 0 ? {} : { addresses: owned }),
        ...(whom.length === 0 ? {} : { asked: whom }),
      };
    });
    const multicastReports = [...reports.values()];
    return { stations: learned.reverse(), exactVlans: true, capacity: CAPACITY, multicastReports };
  }
}

const ask = (asked: Sighting['asked'], address: IpAddress, at: number): void => {
  asked.delete(address);
  asked.set(address, at);
  for (const oldest of asked.keys()) {
    if (asked.size <= MAX_SNAPSHOT_ASKED) break;
    asked.delete(oldest);
  }
};

const isRarp = (bytes: Uint8Array): boolean => {
  const ethernet = decodeEthernet(bytes);
  return !isDecodeError(ethernet) && ethernet.etherType === EtherType.rarp;
};

const count = (reports: Seen['reports'], bytes: Uint8Array): void => {
  const report = multicastReport(bytes);
  if (report === undefined) return;
  const { vlan, protocol } = report;
  const { igmp, mld } = reports.get(vlan) ?? { igmp: 0, mld: 0 };
  reports.set(vlan, {
    ...(vlan === undefined ? {} : { vlan }),
    igmp: igmp + Number(protocol === 'igmp'),
    mld: mld + Number(protocol === 'mld'),
  });
};
