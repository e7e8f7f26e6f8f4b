/** The host end of a NIC. */
export interface Port {
  /** `tap` and `macvtap` are the kinds known today; a sink says which it supports. */
  readonly kind: string;
  /** The interface's name in the monitor's own network namespace, 1 to 15 characters on Linux. */
  readonly name: string;
}
