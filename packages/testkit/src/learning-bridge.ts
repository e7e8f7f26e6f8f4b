import { type Clock, HeraldError } from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import { type FabricFrame, readFabricFrame } from './fabric-frame.js';

/** How a bridge learns. */
export interface BridgeOptions {
  /** True: entries are per (VLAN, MAC), as in a switch. False: per MAC, as in a Linux bridge without VLAN filtering. */
  readonly vlanAware: boolean;
  /** How long an entry lives after its station last spoke, ms; default 300 000 (802.1Q clause 8.8.3). */
  readonly ageingMs?: number;
  /** The VLAN that untagged frames belong to on every port, 1 to 4094; default 1. */
  readonly nativeVlan?: number;
}

/** One line of a forwarding table. */
export interface ForwardingEntry {
  readonly mac: MacAddress;
  /** The VLAN the bridge filed it under; 0 in a bridge that does not look at VLANs. */
  readonly vlan: number;
  /** Name of the port behind which the station was last heard. */
  readonly port: string;
  /** How long ago that was, ms. */
  readonly ageMs: number;
}

interface Learned {
  readonly mac: MacAddress;
  readonly vlan: number;
  port: BridgePort;
  heardAt: number;
}

const DEFAULT_AGEING_MS = 300_000;
const DEFAULT_NATIVE_VLAN = 1;

/**
 * A bridge or switch that learns from the source of every frame and floods what it does not know, after IEEE
 * 802.1Q clauses 8.6 to 8.8. Every port is a trunk of all VLANs; frames pass unchanged, and at once: the
 * fabric has no delay of its own.
 */
export class LearningBridge {
  private readonly ports = new Map<string, BridgePort>();
  private readonly table = new Map<string, Learned>();
  private readonly ageingMs: number;
  private readonly nativeVlan: number;
  private readonly vlanAware: boolean;

  constructor(
    readonly name: string,
    private readonly clock: Clock,
    options: BridgeOptions,
  ) {
    this.vlanAware = options.vlanAware;
    this.ageingMs = options.ageingMs ?? DEFAULT_AGEING_MS;
    this.nativeVlan = options.nativeVlan ?? DEFAULT_NATIVE_VLAN;
  }

  /** Adds a port; HERALD_FABRIC_PORT for a name that is taken. */
  addPort(name: string): BridgePort {
    if (this.ports.has(name)) {
      throw new HeraldError('HERALD_FABRIC_PORT', `bridge ${this.name} already has a port ${name}`);
    }
    const port = new BridgePort(name, this);
    this.ports.set(name, port);
    return port;
  }

  /** The port of that name. */
  port(name: string): BridgePort | undefined {
    return this.ports.get(name);
  }

  /** All ports, in the order they were added. */
  allPorts(): readonly BridgePort[] {
    return [...this.ports.values()];
  }

  /** Name of the port where a frame for this station would leave; `undefined` where it would be flooded. */
  lookup(mac: MacAddress, vlan?: number): string | undefined {
    return this.find(mac, vlan ?? 0)?.port.name;
  }

  /** The entries that have not aged out, in the order they were first learned. */
  forwardingTable(): readonly ForwardingEntry[] {
    const now = this.clock.now();
    return [...this.table.values()]
      .filter((entry) => now - entry.heardAt < this.ageingMs)
      .map(({ mac, vlan, port, heardAt }) => ({ mac, vlan, port: port.name, ageMs: now - heardAt }));
  }

  /** Takes a frame that entered at `ingress`: learns its source, and sends it on. */
  forward(ingress: BridgePort, frame: FabricFrame): void {
    if (MacAddress.isStationAddress(frame.source)) this.learn(ingress, frame);
    if (isLinkLocal(frame.destination)) return;
    const known = MacAddress.isGroup(frame.destination)
      ? undefined
      : this.find(frame.destination, frame.vlan);
    if (known === undefined) {
      for (const port of this.ports.values()) if (port !== ingress) port.transmit(frame);
    } else if (known.port !== ingress) {
      known.port.transmit(frame);
    }
  }

  private learn(port: BridgePort, { source, vlan }: FabricFrame): void {
    const filed = this.filedUnder(vlan);
    const key = `${filed}/${source}`;
    const entry = this.table.get(key);
    if (entry === undefined)
      this.table.set(key, { mac: source, vlan: filed, port, heardAt: this.clock.now() });
    else Object.assign(entry, { port, heardAt: this.clock.now() });
  }

  private find(mac: MacAddress, vlan: number): Learned | undefined {
    const entry = this.table.get(`${this.filedUnder(vlan)}/${mac}`);
    return entry !== undefined && this.clock.now() - entry.heardAt < this.ageingMs ? entry : undefined;
  }

  private filedUnder(vlan: number): number {
    if (!this.vlanAware) return 0;
    return vlan === 0 ? this.nativeVlan : vlan;
  }
}

/** One port of a bridge. What is plugged in sends with `receive` and hears through `onFrame`. */
export class BridgePort {
  private far: BridgePort | undefined;
  private readonly listeners = new Set<(frame: FabricFrame) => void>();
  private readonly ingressListeners = new Set<(frame: FabricFrame) => void>();
  private readonly laterListeners = new Set<(frame: FabricFrame) => void>();

  /** Made by `LearningBridge.addPort`. */
  constructor(
    readonly name: string,
    readonly bridge: LearningBridge,
  ) {}

  /** Lets a frame enter the bridge here. False for bytes that are no frame: nothing happens then. */
  receive(bytes: Uint8Array): boolean {
    const frame = readFabricFrame(bytes);
    if (frame === undefined) return false;
    this.receiveFrame(frame);
    return true;
  }

  /** Lets a frame that was read already enter the bridge here. */
  receiveFrame(frame: FabricFrame): void {
    for (const listener of this.ingressListeners) listener(frame);
    this.bridge.forward(this, frame);
    for (const listener of [...this.laterListeners]) listener(frame);
  }

  /** Sends a frame out of the bridge: to the other end of the cable, and to whoever listens. */
  transmit(frame: FabricFrame): void {
    for (const listener of this.listeners) listener(frame);
    this.far?.receiveFrame(frame);
  }

  /** Hears every frame that leaves the bridge here. Returns the way to stop. */
  onFrame(listener: (frame: FabricFrame) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /** Hears every frame that enters the bridge here. Returns the way to stop. */
  onReceive(listener: (frame: FabricFrame) => void): () => void {
    this.ingressListeners.add(listener);
    return () => {
      this.ingressListeners.delete(listener);
    };
  }

  /** Hears every frame that entered the bridge here, once the bridge has passed it on. Returns the way to stop. */
  afterReceive(listener: (frame: FabricFrame) => void): () => void {
    this.laterListeners.add(listener);
    return () => {
      this.laterListeners.delete(listener);
    };
  }

  /** Ties two bridges together. HERALD_FABRIC_LOOP where they are tied already, over whatever way: a frame would run for ever. */
  connect(other: BridgePort): void {
    if (this.far !== undefined || other.far !== undefined || reaches(this.bridge, other.bridge)) {
      throw new HeraldError(
        'HERALD_FABRIC_LOOP',
        `cannot connect ${this.bridge.name}/${this.name} to ${other.bridge.name}/${other.name}: a port is taken, or there is a way between the bridges already`,
      );
    }
    this.far = other;
    other.far = this;
  }

  /** The bridge at the other end of the cable. */
  get neighbour(): LearningBridge | undefined {
    return this.far?.bridge;
  }
}

function reaches(from: LearningBridge, to: LearningBridge, cameFrom?: LearningBridge): boolean {
  if (from === to) return true;
  return from
    .allPorts()
    .some(
      ({ neighbour }) => neighbour !== undefined && neighbour !== cameFrom && reaches(neighbour, to, from),
    );
}

/** 01-80-C2-00-00-00 to -0F stay on one link (802.1Q table 8-1). */
function isLinkLocal(mac: MacAddress): boolean {
  return mac.startsWith('01:80:c2:00:00:0');
}
