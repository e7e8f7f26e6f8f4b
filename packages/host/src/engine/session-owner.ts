/** What a session asks of who knows the other sessions of this host: some have, or seem to have, the same guest. */
export interface SessionOwner {
  /** Whether this session is the one that publishes for its key. */
  mayPublish(): boolean;
  /** The session has looked at its cards: what they say of who it is may be news. */
  looked(): void;
}
