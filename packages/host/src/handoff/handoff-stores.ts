import {
  asHeraldError,
  type Clock,
  type Guest,
  type HandoffStore,
  HeraldError,
  messageOf,
  type SnapshotHead,
} from '@nic-herald/core';
import type { PartHealth } from '@nic-herald/core/internal';
import type { MacAddress } from '@nic-herald/wire';
import { byName } from '../knowledge/model-registry.js';
import { CallMeter, metered } from '../service/call-meter.js';
import { askStores } from './ask-stores.js';
import { GuestStores } from './guest-stores.js';
import { StoreAccess } from './store-access.js';

/** What a store knows of some MACs. */
export interface OwnersAnswer {
  readonly store: string;
  readonly heads: readonly SnapshotHead[];
}

/** All hand-off stores of this host; there may be none. */
export class HandoffStores {
  /** What asking and telling the stores cost, all of them together. */
  readonly reads = new CallMeter();
  readonly writes = new CallMeter();
  private readonly all: readonly StoreAccess[];
  private readonly ofGuests = new WeakMap<Guest, GuestStores>();

  /**
   * `tell` hears of each store that fails where others answer. Throws HERALD_NAME_TAKEN for two of one name, and
   * HERALD_HANDOFF_STORE, see `StoreAccess`.
   */
  constructor(
    stores: readonly HandoffStore[],
    private readonly clock: Clock,
    private readonly tell: (warning: HeraldError) => void = () => {},
  ) {
    const { reads, writes } = this;
    const meters = { fetch: reads, ownersOf: reads, ofHost: reads, publish: writes, remove: writes };
    const accesses = stores.map(
      (store) => new StoreAccess(metered(checkedStore(store), meters, clock), clock),
    );
    this.all = [...byName(accesses, 'hand-off stores', ({ name }) => name).values()];
  }

  /** True where nothing is handed over: each host knows only what its own cards hold. */
  get isEmpty(): boolean {
    return this.all.length === 0;
  }

  /** Whether each could be reached when it was called last. */
  get health(): readonly PartHealth[] {
    return this.all.map(({ health: { ageMs: _, ...health } }) => health);
  }

  /** Asks each that was not called for `maxAgeMs` for what `host` wrote, so that `health` is of now. Never rejects. */
  async freshen(host: string, maxAgeMs: number, signal: AbortSignal): Promise<void> {
    const silent = this.all.filter(({ health }) => health.ageMs > maxAgeMs);
    await Promise.all(silent.map((store) => store.ofHost(host, signal).catch(() => {}))); // its health tells
  }

  /** The stores as one guest of this host uses them; the same for all who ask for it. */
  forGuest(guest: Guest): GuestStores {
    let stores = this.ofGuests.get(guest);
    if (stores === undefined) {
      stores = new GuestStores(guest, this.all, this.clock, this.failed);
      this.ofGuests.set(guest, stores);
    }
    return stores;
  }

  /** Who owns these MACs, by each store that answers; rejects where none does. `late` hears of what comes later. */
  async ownersOf(
    macs: readonly MacAddress[],
    signal: AbortSignal,
    late: (answer: OwnersAnswer) => void,
  ): Promise<readonly OwnersAnswer[]> {
    const { answered } = await askStores<StoreAccess, readonly SnapshotHead[]>(this.all, {
      ask: (store) => store.ownersOf(macs, signal),
      late: ({ name }, heads) => late({ store: name, heads }),
      failed: this.failed,
      urgent: this.clock,
    });
    return answered.map(({ store, value }) => ({ store: store.name, heads: value }));
  }

  /** What a host of this name wrote, by all stores that answer; rejects where none does. */
  async ofHost(host: string, signal: AbortSignal): Promise<readonly OwnersAnswer[]> {
    const { answered } = await askStores<StoreAccess, readonly SnapshotHead[]>(this.all, {
      ask: (store) => store.ofHost(host, signal),
      failed: this.failed,
    });
    return answered.map(({ store, value }) => ({ store: store.name, heads: value }));
  }

  private readonly failed = ({ name }: StoreAccess, error: unknown): void => {
    const message = `the hand-off store ${name} did not answer, the others do: ${messageOf(error)}`;
    const warning = asHeraldError(error, 'HERALD_HANDOFF_FAILED', message, { store: name });
    if (warning.code !== 'HERALD_CANCELLED') this.tell(warning);
  };
}

/** Throws HERALD_HANDOFF_STORE for what is no object. */
const checkedStore = (store: unknown): HandoffStore => {
  if (typeof store === 'object' && store !== null) return store as HandoffStore;
  throw new HeraldError(
    'HERALD_HANDOFF_STORE',
    `a plugin contributes ${String(store).slice(0, 60)} as a hand-off store, which is none: mend the plugin, or leave it out`,
  );
};
