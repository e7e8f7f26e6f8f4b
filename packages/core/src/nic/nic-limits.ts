/**
 * What a card can hold. The planner takes no more than this from a filter, whoever wrote it: the first open
 * question of the 2012 announce-per-model proposal, how to record any number of MACs safely.
 */
export interface NicLimits {
  /** Most secondary unicast MACs, 0 and up. */
  readonly unicast: number;
  /** Most multicast MACs, 0 and up. */
  readonly multicast: number;
  /** Most MACs of both kinds together, where they share one table. */
  readonly shared?: number;
  /** Most VLANs, 0 to 4094. */
  readonly vlans: number;
}
