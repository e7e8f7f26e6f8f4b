/** How often a guest told of its multicast groups at one port, on one VLAN, since somebody began to count there. */
export interface MulticastReports {
  /** 1 to 4094; absent: untagged. */
  readonly vlan?: number;
  /** IGMP membership reports of any version (RFC 3376 section 4.2 and 7.1). */
  readonly igmp: number;
  /** MLD listener reports of any version (RFC 3810 sections 5.2 and 8.1). */
  readonly mld: number;
}
