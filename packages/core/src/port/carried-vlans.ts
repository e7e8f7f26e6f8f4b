/** VLANs from the first to the last, both included, 1 to 4094 (0x001 to 0xffe, IEEE 802.1Q). */
export type VlanRange = readonly [first: number, last: number];

/** Which of its guest's frames a port takes; the others its bridge or switch drops. */
export interface CarriedVlans {
  /**
   * What becomes of frames without a tag, or with the tag of VLAN 0: the VLAN of the switch in which they then are, `true` where
   * they stay without one, `false` where they are dropped.
   */
  readonly untagged: boolean | number;
  /** The VLANs whose tagged frames are taken, in rising order and apart from each other; at most 2047 ranges. */
  readonly tagged: readonly VlanRange[];
}
