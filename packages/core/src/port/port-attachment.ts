import type { MacAddress } from '@nic-herald/wire';
import type { CarriedVlans } from './carried-vlans.js';

/** What a port is attached to, as it was when the port was resolved. A member is absent where it is not known. */
export interface PortAttachment {
  /**
   * The bridge or switch: equal for two ports of a host exactly where frames go from one to the other without a router.
   * Who owns a MAC is judged within one network; absent: no verdict.
   */
  readonly network?: string;
  /** The switch, for people, where its networks are not known: `Open vSwitch br-int`. */
  readonly switch?: string;
  /** `aware`: it keeps MACs by VLAN. `unaware`: one table for all VLANs (a Linux bridge with `vlan_filtering 0`). */
  readonly vlans?: 'aware' | 'unaware';
  /** Which frames of the guest it takes at this port; what it drops there is not announced. Absent: all, or it is not known. */
  readonly carries?: CarriedVlans;
  /**
   * The only MAC whose frames the host hands to the guest at this port, groups aside: what a macvtap is but in mode `passthru`. Other
   * stations are not announced, since what would come for them is dropped. Absent: all, or it is not known.
   */
  readonly receives?: MacAddress;
  /**
   * The frame that may have to come first: OVN with `activation-strategy=rarp` lets nothing through at the port of a guest that arrives
   * until a RARP came in there, and drops the rest without a word (ovn-nb(5), `Logical_Switch_Port`). Kinds that lead with another frame are not sent there.
   * Set where OVN or neutron has the port; which strategy it has, this host does not know.
   */
  readonly opensOn?: 'rarp';
  /** Its other ports that lead away from this host's guests, by name; at most 64. */
  readonly uplinks?: readonly string[];
  /** Whether it learns MACs at this port. */
  readonly learns?: boolean;
  /**
   * Whether it is in no bridge or switch: what comes in at it reaches this host alone. Frames are announced there all the same,
   * with a warning: a host may route for its guests.
   */
  readonly alone?: boolean;
  /** Whether frames that come in at this port are forwarded now. */
  readonly forwards?: boolean;
}
