import type { IpAddress, MacAddress } from '@nic-herald/wire';
import { type MultiToken, multiToken } from '../di/injection.js';
import type { AddressProof } from '../learn/learned-address.js';
import type { Port } from './port.js';

/** A MAC, or an IP address, that was seen at a port of a network. */
export interface NetworkSighting {
  /** The source of the frame. */
  readonly mac: MacAddress;
  /** 1 to 4094; absent: untagged, or not known where `vlanUnknown` is set. */
  readonly vlan?: number;
  /** The table it stands in does not keep VLANs apart. */
  readonly vlanUnknown?: true;
  /** The IP address that it spoke from, or answered for. Absent: the sighting is of the MAC alone. */
  readonly address?: IpAddress;
  /** How it did so; present where `address` is. One that did both has a sighting of each: a gateway mostly answers. */
  readonly proof?: AddressProof;
  /** The name of the port where its frame came in last. */
  readonly port: string;
  /** How long ago that was, ms, 0 and up. */
  readonly ageMs: number;
  /** How long ago the frame of that MAC before it came in at that port, ms, where that is known. */
  readonly earlierAgeMs?: number;
}

/** What is seen in the network of a port. Its lists are not changed afterwards; many looks may share those of the host. */
export interface NetworkLook {
  /** Sightings of what was asked for at any port of the network, the one that was asked for included. At most 65 536. */
  readonly sightings: readonly NetworkSighting[];
  /** The MACs of this host's own interfaces in the network: of the bridge, of what stands on it, of its uplinks. */
  readonly hostMacs: readonly MacAddress[];
  /** The IP addresses that this host has on those interfaces. */
  readonly hostAddresses: readonly IpAddress[];
}

/** What is asked about a network. */
export interface NetworkQuestion {
  readonly macs: ReadonlySet<MacAddress>;
  /**
   * Who speaks from an IP address is noticed from the first question about it on, and for as long as it is asked about at least
   * every ten minutes. At most 4096 in a network; beyond that, those asked about longest ago make room.
   */
  readonly addresses: ReadonlySet<IpAddress>;
  readonly signal: AbortSignal;
}

/**
 * Sees where in a port's network a MAC was heard last, and who speaks from an IP address. It tells what was seen and decides
 * nothing: whose a MAC is, the host judges. May have `start` and `close`, see `HostService`.
 */
export interface NetworkWatch {
  /** Unique on a host: `linux-bridge`. */
  readonly name: string;
  /** `undefined` where it does not know the network of this port. Rejects with a HeraldError where the system refuses. Has a second. */
  look(port: Port, question: NetworkQuestion): Promise<NetworkLook | undefined>;
}

/** The network watches of a host, in any number: the first that knows a port's network is believed. None: only what is learned at the guests' own ports tells. */
export const NETWORK_WATCH: MultiToken<NetworkWatch> = multiToken<NetworkWatch>('core/network-watch');
