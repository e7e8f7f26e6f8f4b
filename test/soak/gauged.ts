/** What an agent's process tells of itself once a second. */
export interface Gauged {
  /** ms since 1970 UTC. */
  readonly at: number;
  /** Bytes. */
  readonly rss: number;
  readonly heapUsed: number;
  /** What keeps its event loop going, by Node's names: `Timeout`, `FSEventWrap`, `PipeWrap`, ... */
  readonly handles: Readonly<Record<string, number>>;
  /** The longest that the event loop was held up within the last second, ms. */
  readonly blockedMs: number;
}
