import type { GuestSession } from './guest-session.js';

/** Who else on this host has, or seems to have, the same guest. */
export interface SessionOwner {
  /** Whether this session is the one that publishes for its key. */
  mayPublish(session: GuestSession): boolean;
  /** The session has looked at its cards: what they say of who it is may be news. */
  looked(session: GuestSession): void;
}
