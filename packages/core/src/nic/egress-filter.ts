/**
 * A filter that the host has put on what a NIC sends: libvirt's network filters, for one. What it drops is not sent, but
 * refused in the plan with its name.
 */
export interface EgressFilter {
  /** As its operator knows it: `clean-traffic`. 1 to 256 characters. */
  readonly name: string;
  /** Frames from another MAC than the configured one are dropped. */
  readonly primaryMacOnly: boolean;
  /** Tagged frames are dropped. */
  readonly untaggedOnly: boolean;
  /** Names of the kinds that it may let pass, see `AnnouncementKind`. Absent: all. */
  readonly kinds?: readonly string[];
  /** Names of kinds that are sent besides the policy's: it may let these pass where it drops those. */
  readonly besides?: readonly string[];
}
