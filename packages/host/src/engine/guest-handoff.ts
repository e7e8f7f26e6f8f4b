import {
  DEFAULT_GUEST_POLICY,
  type Guest,
  type GuestKey,
  type HeraldError,
  type ProcessIncarnation,
} from '@nic-herald/core';
import type { MacAddress } from '@nic-herald/wire';
import { type FetchedEntries, type GuestStores, snapshotsOf } from '../handoff/guest-stores.js';
import { movedOften } from '../handoff/moved-often.js';
import { movesAfter } from '../handoff/moves-after.js';
import {
  type HandoffReading,
  type HandoffView,
  NO_HANDOFF,
  readHandoff,
} from '../knowledge/newest-snapshot.js';
import { onePerHost } from '../knowledge/one-per-host.js';
import type { EngineServices } from './engine-services.js';

/** What the hand-off says of one guest, as this host reads it. */
export class GuestHandoff {
  /** The stores that serve it. */
  readonly stores: GuestStores;
  /** What it said when it was read last: for reports. */
  last: HandoffReading = NO_HANDOFF;
  private namedLast: ProcessIncarnation | undefined;
  private moved: readonly number[] = [];

  constructor(
    private readonly guest: Guest,
    private readonly services: EngineServices,
    private readonly signal: AbortSignal,
  ) {
    this.stores = services.handoff.forGuest(guest);
  }

  get key(): GuestKey | undefined {
    return this.stores.key;
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

  /** When the guest moved last, see `Snapshot.moves`. */
  get moves(): readonly number[] {
    return this.moved;
  }

  /**
   * The guest is here with this epoch, by what was read last: where that is a new one it has just moved. Gives what there is to
   * warn of.
   */
  settled(epoch: number): readonly HeraldError[] {
    const { last, services } = this;
    this.moved = movesAfter(last, { epoch, now: services.clock.now() });
    const often = epoch > last.epoch ? movedOften(this.moved) : undefined;
    return often === undefined ? [] : [often];
  }

  /** Reads the entries. Rejects where no store can be read. `isUrgent`: see `FetchOptions`. */
  async fetch(isUrgent = false): Promise<FetchedEntries | undefined> {
    return this.stores.fetch({ signal: this.signal, isUrgent });
  }

  /** What entries say of the guest that has these primary MACs, and this epoch here. */
  read(
    fetched: FetchedEntries | undefined,
    view: Pick<HandoffView, 'guestIs' | 'knownEpoch' | 'awaitedSince'> & {
      readonly primaryMacs: readonly MacAddress[];
    },
  ): HandoffReading {
    const { host, clock } = this.services;
    if (fetched === undefined) return NO_HANDOFF;
    const own = snapshotsOf(fetched.entries, host).map((snapshot) => ({ snapshot, ageMs: 0 }));
    this.namedLast = onePerHost(own)[0]?.snapshot.process;
    const whole = { ...view, host, now: clock.now(), maxAgeMs: this.maxAgeMs };
    return { ...readHandoff(fetched.entries, whole), readAt: fetched.readAt };
  }
}
