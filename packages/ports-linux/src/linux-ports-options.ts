export interface LinuxPortsOptions {
  /** The socket of Open vSwitch's database, which says which VLANs a tap carries there. Where there is none, nothing is asked. */
  readonly ovsdb?: string;
}
