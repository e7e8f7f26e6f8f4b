import type { Port, PortLearner, StationLearner } from '@nic-herald/core';
import { findLink, NetlinkSocket } from '@nic-herald/linux-sys';
import { BridgePortLearner } from './bridge-port-learner.js';

/**
 * Reads what the port's own Linux bridge has learned, at the moment it is asked: costs no frame anything and
 * needs no privilege. It knows less than the program in the kernel, see `BridgePortLearner`.
 */
export class BridgeLearner implements StationLearner {
  readonly name = 'linux-bridge';
  readonly preference = 50;
  private readonly capacity: number;

  /** `capacity` is how many stations are taken of each port. */
  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** A tap that is a port of a Linux bridge now. */
  supports(port: Port): boolean {
    if (port.kind !== 'tap') return false;
    try {
      const netlink = new NetlinkSocket();
      try {
        return findLink(netlink, { name: port.name })?.bridgePortState !== undefined;
      } finally {
        netlink.close();
      }
    } catch {
      return false; // no Linux, or netlink refused: another learner may do
    }
  }

  /** Rejects with HERALD_PORT_MISSING, HERALD_PORT_NOT_BRIDGED, HERALD_NATIVE_UNAVAILABLE. */
  async open(port: Port): Promise<PortLearner> {
    return BridgePortLearner.open(port, this.capacity);
  }
}
