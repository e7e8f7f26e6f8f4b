import type { Port, PortClaim, PortLearner, StationLearner } from '@nic-herald/core';
import { BpfPortLearner } from './bpf-port-learner.js';

const CLAIM: PortClaim = { preference: 60, reason: 'in the kernel, from every frame of the guest' };

/**
 * Learns in the kernel: a program on each port's ingress notes every (MAC, VLAN) that the guest sends from, the IP
 * addresses that its ARP and neighbour discovery prove to be its own, and how often it tells of its multicast
 * groups. It tells apart what nic-herald itself put in. No frame reaches this process.
 */
export class BpfLearner implements StationLearner {
  readonly name = 'linux-bpf';

  /**
   * `capacity` is how many stations, and how many IP addresses, each port's tables hold. `tcx: false` does without tcx where
   * the kernel has it: for tests, and for a kernel whose tcx cannot be trusted.
   */
  constructor(
    private readonly capacity: number,
    private readonly options: { readonly tcx?: boolean } = {},
  ) {}

  /** Any tap, whatever it is a port of, and any macvtap. Whether the kernel lets us is known by `open`. */
  async claim(port: Port): Promise<PortClaim> {
    return port.kind === 'tap' || port.kind === 'macvtap'
      ? CLAIM
      : { refusal: 'neither a tap nor a macvtap' };
  }

  /**
   * Rejects with HERALD_PORT_MISSING, HERALD_LEARNER_BUSY where another process learns there,
   * HERALD_LEARNER_UNAVAILABLE where the system refuses, HERALD_LOCK_DIRECTORY, HERALD_NATIVE_UNAVAILABLE.
   */
  async open(port: Port): Promise<PortLearner> {
    return BpfPortLearner.open(port, { capacity: this.capacity, ...this.options });
  }
}
