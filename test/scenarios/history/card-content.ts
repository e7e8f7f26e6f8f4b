/** What a card lists besides the MAC it was configured with. */
export interface CardContent {
  readonly macs: readonly string[];
  readonly vlans: readonly number[];
}
