import type { MacAddress } from '@nic-herald/wire';
import type { Port } from '../sink/port.js';

/** What is known of a NIC before its model looks at it. */
export interface NicDescriptor {
  /** The device id (`-device ...,id=`), else a name that is the same on both hosts. Unique within its guest. */
  readonly id: string;
  /** The hypervisor's type of the device: `virtio-net-pci`, `e1000`. Models match on it. */
  readonly type: string;
  /** The configured MAC: what QEMU announces. The guest may use another by now. */
  readonly primaryMac: MacAddress;
  /** The host end; absent where it cannot be found, and `portProblem` then says why. */
  readonly port?: Port;
  /** Why there is no port, for people: `netdev net0 is of type user`. */
  readonly portProblem?: string;
}
