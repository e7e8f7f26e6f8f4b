import type { Clock } from '@nic-herald/core';
import { type BridgePort, LearningBridge } from './learning-bridge.js';

/** A host of the fabric: a Linux bridge that does not look at VLANs, its uplink, and its guests' ports. */
export interface FabricHost {
  readonly name: string;
  readonly bridge: LearningBridge;
  /** Adds the port of a guest's NIC, such as `tapA`. */
  addGuestPort(name: string): BridgePort;
}

/**
 * The network of the lab, in memory: a VLAN-aware switch, a peer on it, and hosts whose bridges hang on it.
 *
 * ```
 * peer ── switch ──┬── host A's bridge ── tapA ── guest
 *   (VLAN, MAC)    └── host B's bridge ── tapB
 *                          (MAC)
 * ```
 */
export class Fabric {
  /** The switch between the hosts; it alone knows VLANs. */
  readonly switch: LearningBridge;
  /** Where the peer of all guests is plugged in. */
  readonly peer: BridgePort;

  /** `ageingMs` holds for all bridges; default 300 000. */
  constructor(
    private readonly clock: Clock,
    private readonly options: { readonly ageingMs?: number } = {},
  ) {
    this.switch = new LearningBridge('switch', clock, { ...options, vlanAware: true });
    this.peer = this.switch.addPort('peer');
  }

  /** Adds a host and plugs it into the switch, at a port of its name. */
  addHost(name: string): FabricHost {
    const bridge = new LearningBridge(name, this.clock, { ...this.options, vlanAware: false });
    bridge.addPort('uplink').connect(this.switch.addPort(name));
    return { name, bridge, addGuestPort: (port) => bridge.addPort(port) };
  }
}
