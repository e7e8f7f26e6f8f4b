import {
  DEFAULT_GUEST_POLICY,
  type Guest,
  type GuestKey,
  guestKeyOf,
  type ProcessIncarnation,
} from '@nic-herald/core';
import type { MacAddress } from '@nic-herald/wire';
import { type HandoffReading, type HandoffView, NO_HANDOFF } from '../knowledge/newest-snapshot.js';
import type { EngineServices } from './engine-services.js';
import { type FetchedEntries, fetchEntries, handoffReading } from './fetch-handoff.js';

/** What the hand-off says of one guest, as this host reads it. */
export class GuestHandoff {
  readonly key: GuestKey | undefined;
  /** What it said when it was read last: for reports. */
  last: HandoffReading = NO_HANDOFF;
  private namedLast: ProcessIncarnation | undefined;

  constructor(
    private readonly guest: Guest,
    private readonly services: EngineServices,
    private readonly signal: AbortSignal,
  ) {
    this.key = guestKeyOf(guest.identity);
  }

  /** How long what was learned counts, ms. A policy that fails is told of where it costs the announcement. */
  get maxAgeMs(): number {
    try {
      return this.services.policy.forGuest(this.guest.identity).learnedMaxAgeMs;
    } catch {
      return DEFAULT_GUEST_POLICY.learnedMaxAgeMs;
    }
  }

  /** The process that this host's own entry named when it was last read; absent where none was. */
  get named(): ProcessIncarnation | undefined {
    return this.namedLast;
  }

  /** Reads the entries. Rejects where the store cannot be read. */
  async fetch(): Promise<FetchedEntries | undefined> {
    return fetchEntries(this.key, this.services, this.signal);
  }

  /** What entries say of the guest that has these primary MACs, and this epoch here. */
  read(
    fetched: FetchedEntries | undefined,
    view: Pick<HandoffView, 'guestIs' | 'knownEpoch' | 'awaitedSince'> & {
      readonly primaryMacs: readonly MacAddress[];
    },
  ): HandoffReading {
    const { host } = this.services;
    const own = fetched?.entries.find((entry) => 'snapshot' in entry && entry.snapshot.host === host);
    this.namedLast = own !== undefined && 'snapshot' in own ? own.snapshot.process : undefined;
    return handoffReading(fetched, { ...view, maxAgeMs: this.maxAgeMs }, this.services);
  }
}
