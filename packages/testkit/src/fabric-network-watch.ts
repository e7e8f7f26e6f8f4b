import type {
  Clock,
  NetworkLook,
  NetworkQuestion,
  NetworkSighting,
  NetworkWatch,
  Port,
} from '@nic-herald/core';
import type { IpAddress, MacAddress } from '@nic-herald/wire';
import { type AddressClaim, addressClaim } from './address-claim.js';
import type { FabricHost } from './fabric.js';
import type { FabricFrame } from './fabric-frame.js';

/** What a host of the fabric has in its own network. */
export interface FabricNetworkWatchOptions {
  /** Default none. */
  readonly hostMacs?: readonly MacAddress[];
  /** Default none. */
  readonly hostAddresses?: readonly IpAddress[];
}

interface Spoken {
  readonly claim: AddressClaim;
  readonly port: string;
  readonly at: number;
  readonly earlierAt?: number;
}

const MAX_WATCHED = 4096;
const WATCHED_FOR_MS = 600_000;

/**
 * Sees the network of one host of the fabric as that of Linux does: where a MAC was learned by the bridge's table, which
 * does not know VLANs; and who speaks from an address that was asked about, at the ports that were not.
 */
export class FabricNetworkWatch implements NetworkWatch {
  readonly name = 'fabric';
  private readonly askedAt = new Map<IpAddress, number>();
  private readonly spoken = new Map<string, Spoken>();
  private readonly guestPorts = new Set<string>();
  private readonly listening = new Map<string, () => void>();

  constructor(
    private readonly host: FabricHost,
    private readonly clock: Clock,
    private readonly options: FabricNetworkWatchOptions = {},
  ) {}

  async look(port: Port, { macs, addresses, signal }: NetworkQuestion): Promise<NetworkLook | undefined> {
    signal.throwIfAborted();
    if (port.kind !== 'tap' || this.host.bridge.port(port.name) === undefined) return undefined;
    this.guestPorts.add(port.name);
    this.watch(addresses);
    this.follow();
    const { hostMacs = [], hostAddresses = [] } = this.options;
    return { sightings: [...this.learned(macs), ...this.speakers(addresses)], hostMacs, hostAddresses };
  }

  async close(): Promise<void> {
    for (const stop of this.listening.values()) stop();
    this.listening.clear();
  }

  private watch(addresses: ReadonlySet<IpAddress>): void {
    const now = this.clock.now();
    for (const address of [...addresses].slice(0, MAX_WATCHED)) {
      this.askedAt.delete(address); // to the end
      this.askedAt.set(address, now);
    }
    for (const [address, at] of this.askedAt) {
      if (this.askedAt.size <= MAX_WATCHED && now - at <= WATCHED_FOR_MS) return;
      this.askedAt.delete(address);
    }
  }

  /** Guests' ports have learners of their own. */
  private follow(): void {
    for (const port of this.host.bridge.allPorts()) {
      const stop = this.listening.get(port.name);
      const isGuests = this.guestPorts.has(port.name);
      if (isGuests && stop !== undefined) {
        stop();
        this.listening.delete(port.name);
      } else if (!isGuests && stop === undefined) {
        this.listening.set(
          port.name,
          port.onReceive((frame) => this.hear(port.name, frame)),
        );
      }
    }
  }

  private hear(port: string, { bytes, injected }: FabricFrame): void {
    const claim = injected === true ? undefined : addressClaim(bytes);
    if (claim === undefined || !this.askedAt.has(claim.address)) return;
    const key = `${claim.station.vlan ?? 0}/${claim.address}/${claim.proof}`;
    const known = this.spoken.get(key);
    const isSame = known?.port === port && known.claim.station.mac === claim.station.mac;
    this.spoken.delete(key); // to the end
    this.spoken.set(key, { claim, port, at: this.clock.now(), ...(isSame && { earlierAt: known.at }) });
    for (const oldest of this.spoken.keys()) {
      if (this.spoken.size <= 2 * MAX_WATCHED) return;
      this.spoken.delete(oldest);
    }
  }

  private learned(macs: ReadonlySet<MacAddress>): readonly NetworkSighting[] {
    return this.host.bridge
      .forwardingTable()
      .filter(({ mac }) => macs.has(mac))
      .map(({ mac, port, ageMs }) => ({ mac, vlanUnknown: true, port, ageMs }));
  }

  private speakers(addresses: ReadonlySet<IpAddress>): readonly NetworkSighting[] {
    const now = this.clock.now();
    return [...this.spoken.values()]
      .filter(({ claim }) => addresses.has(claim.address))
      .map(({ claim, port, at, earlierAt }) => ({
        ...claim.station,
        address: claim.address,
        proof: claim.proof,
        port,
        ageMs: now - at,
        ...(earlierAt !== undefined && { earlierAgeMs: now - earlierAt }),
      }));
  }
}
