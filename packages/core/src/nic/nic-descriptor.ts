import type { MacAddress } from '@nic-herald/wire';
import type { NicBackend } from '../port/nic-backend.js';
import type { Port } from '../port/port.js';
import type { EgressFilter } from './egress-filter.js';

/** What is known of a NIC before its model looks at it. */
export interface NicDescriptor {
  /** The device id (`-device ...,id=`), else a name that is the same on both hosts. Unique within its guest. */
  readonly id: string;
  /** The hypervisor's type of the device: `virtio-net-pci`, `e1000`. Models match on it. */
  readonly type: string;
  /** The configured MAC: what QEMU announces. The guest may use another by now. */
  readonly primaryMac: MacAddress;
  /** What the hypervisor says of the host end; the host makes `port` of it. */
  readonly backend?: NicBackend;
  /** What the host lets out of it; absent: everything. */
  readonly egress?: EgressFilter;
  /**
   * The host end. Set by the host; by a monitor only where it has ports of its own kind, which no resolver knows, and
   * vouches for them. Absent where it cannot be found, and `portProblem` then says why.
   */
  readonly port?: Port;
  /** Why there is no port, for people: `netdev net0 is of type user`. */
  readonly portProblem?: string;
}
