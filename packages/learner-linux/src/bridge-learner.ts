import {
  messageOf,
  type Port,
  type PortClaim,
  type PortLearner,
  type StationLearner,
} from '@nic-herald/core';
import { findLink, NetlinkSocket } from '@nic-herald/linux-sys';
import { BridgePortLearner } from './bridge-port-learner.js';

const CLAIM: PortClaim = { preference: 30, reason: "by its bridge's table" };

/**
 * Reads what the port's own Linux bridge has learned, at the moment it is asked: costs no frame anything and
 * needs no privilege. It knows less than the program in the kernel, see `BridgePortLearner`.
 */
export class BridgeLearner implements StationLearner {
  readonly name = 'linux-bridge';
  private readonly capacity: number;

  /** `capacity` is how many stations are taken of each port. */
  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** A tap that is a port of a Linux bridge now. */
  async claim(port: Port): Promise<PortClaim> {
    if (port.kind !== 'tap') return { refusal: 'not a tap' };
    try {
      const netlink = new NetlinkSocket();
      try {
        const isBridged = findLink(netlink, { name: port.name })?.bridgePortState !== undefined;
        return isBridged ? CLAIM : { refusal: 'not a port of a Linux bridge' };
      } finally {
        netlink.close();
      }
    } catch (error) {
      return { refusal: `its bridge cannot be asked: ${messageOf(error)}` };
    }
  }

  /** Rejects with HERALD_PORT_MISSING, HERALD_PORT_NOT_BRIDGED, HERALD_NATIVE_UNAVAILABLE. */
  async open(port: Port): Promise<PortLearner> {
    return BridgePortLearner.open(port, this.capacity);
  }
}
