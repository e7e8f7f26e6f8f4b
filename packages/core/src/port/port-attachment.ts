/** What a port is attached to, as it was when the port was resolved. A member is absent where it is not known. */
export interface PortAttachment {
  /**
   * The bridge or switch: equal for two ports of a host exactly where frames go from one to the other without a router.
   * Who owns a MAC is judged within one network; absent: no verdict.
   */
  readonly network?: string;
  /** `aware`: it keeps MACs by VLAN. `unaware`: one table for all VLANs (a Linux bridge with `vlan_filtering 0`). */
  readonly vlans?: 'aware' | 'unaware';
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
