/** Whether and where a guest would be asked for its multicast groups at a NIC. */
export interface MulticastStatus {
  /** False where the policy does not want it. */
  readonly wanted: boolean;
  /** The VLANs on which it would be asked, besides untagged. */
  readonly vlans: readonly number[];
  /** Whether queries would reach the guest now. */
  readonly ready: boolean;
  /** Why not, or why not on all VLANs, for people. */
  readonly problem?: string;
}
