import type { AnnouncePolicy, GuestIdentity, GuestPolicy } from '@nic-herald/core';
import { type AnnouncePacing, DEFAULT_ANNOUNCE_PACING } from '@nic-herald/core/internal';
import { configuredPolicy, type PolicyConfig } from './policy-plugin.js';

/** The policy of herald.yaml as it was read last: it changes as a whole, and tells the host. */
export class LivePolicy implements AnnouncePolicy {
  private current: AnnouncePolicy;
  private readonly listeners = new Set<() => void>();

  constructor(rules: PolicyConfig) {
    this.current = configuredPolicy(rules);
  }

  get pacing(): AnnouncePacing {
    return this.current.pacing ?? DEFAULT_ANNOUNCE_PACING;
  }

  forGuest(guest: GuestIdentity): GuestPolicy {
    return this.current.forGuest(guest);
  }

  onChanged(changed: () => void): () => void {
    this.listeners.add(changed);
    return () => this.listeners.delete(changed);
  }

  /** From now on these rules hold. */
  use(rules: PolicyConfig): void {
    this.current = configuredPolicy(rules);
    for (const changed of this.listeners) changed();
  }
}
