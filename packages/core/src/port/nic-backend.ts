import type { ProcessIncarnation } from '../guest/process-incarnation.js';

/**
 * What a hypervisor says of the host end of a NIC. A word of the guest's own process: the host's port resolver makes a
 * `Port` of it, and proves it first.
 */
export interface NicBackend {
  /** The hypervisor's type: QEMU's `tap`, `bridge`, `vhost-user`, `user`. 1 to 64 characters. */
  readonly type: string;
  /** What the hypervisor calls it: the id of a netdev. For people. */
  readonly name: string;
  /** The interface it says it has opened. */
  readonly interfaceName?: string;
  /** The descriptors that are its queues, as numbered in `holder`. */
  readonly descriptors?: readonly number[];
  /** The process that has the interface open. Absent where the monitor cannot tell which it is. */
  readonly holder?: ProcessIncarnation;
}
