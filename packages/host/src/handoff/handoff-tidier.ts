import {
  type CancelTimer,
  type GuestKey,
  type HandoffEntry,
  isSameProcess,
  type ProcessIncarnation,
  type Snapshot,
} from '@nic-herald/core';
import type { MacAddress } from '@nic-herald/wire';
import type { EngineServices } from '../engine/engine-services.js';
import { Pace } from '../engine/pace.js';
import { PacedWork } from '../engine/paced-work.js';
import { believedEpoch } from '../knowledge/believed-epoch.js';
import { mayBeOf } from '../knowledge/same-machine.js';
import { type GuestStores, snapshotsOf } from './guest-stores.js';

/** A guest that did not come back within this time was shut down, ms. */
const GONE_GRACE_MS = 60_000;
/** How often it is tried to remove its entry, with that pause in between. */
const MOST_TRIES = 10;
/** How long the destination has to say that the guest is there, ms; after that our entry stays for it. */
const DEPARTED_WAIT_MS = 600_000;
/** How often a guest's entries are looked at while they change, ms. The removal of ours is not urgent. */
const CHECK_EVERY_MS = 500;
const CHECKS_AT_ONCE = 2;

/** A guest that is no longer here: its key alone may be a copy's, too. */
export interface DepartedGuest {
  readonly key: GuestKey;
  /** The hand-off stores that served it. */
  readonly stores: GuestStores;
  readonly primaryMacs: readonly MacAddress[];
  /** The process it had here; absent where the monitor cannot tell. */
  readonly process?: ProcessIncarnation;
}

/**
 * Removes this host's entries of guests that are no longer here: at once when another host has a later
 * epoch, after a while when the guest was shut down. The entry of a guest that left for a host that has not
 * spoken yet stays: it is all that host will ever know. So does an entry that another process or another agent of this
 * name wrote.
 */
export class HandoffTidier {
  private readonly pending = new Map<GuestKey, () => void>();
  private readonly stop = new AbortController();
  /** Guests whose entries are being looked at. */
  private readonly busy = new Set<GuestKey>();
  /** The looks that come next. */
  private readonly next = new Map<GuestKey, () => Promise<void>>();

  constructor(private readonly services: Pick<EngineServices, 'clock' | 'host' | 'agent'>) {}

  /** The guest is here (again): its entry is kept. */
  present(key: GuestKey): void {
    this.pending.get(key)?.();
    this.pending.delete(key);
  }

  /** The guest left for another host. */
  departed(guest: DepartedGuest): void {
    const { clock } = this.services;
    const { key, stores } = guest;
    if (stores.all.length === 0 || this.pending.has(key)) return;
    const checking = new PacedWork(clock, new Pace(clock, CHECK_EVERY_MS, CHECKS_AT_ONCE), () =>
      this.tidy(guest, (entries) => this.isSuperseded(guest, entries)),
    );
    const unwatch = stores.watch(() => checking.request());
    const cancel = clock.setTimer(DEPARTED_WAIT_MS, () => this.present(key));
    this.pending.set(key, () => {
      unwatch();
      cancel();
      void checking.close();
    });
    checking.request();
  }

  /** The guest's process ended here. */
  gone(guest: DepartedGuest): void {
    const { clock } = this.services;
    const { key, stores } = guest;
    if (stores.all.length === 0 || this.pending.has(key)) return;
    let cancel: CancelTimer;
    let tries = 0;
    // Where a store fails it is tried again: an entry of a guest that is gone claims its MACs.
    const wait = (): void => {
      cancel = clock.setTimer(GONE_GRACE_MS, () => {
        tries += 1;
        if (tries < MOST_TRIES) wait();
        void this.tidy(guest, () => true).then(() => {
          if (tries === MOST_TRIES) this.present(key);
        });
      });
    };
    wait();
    this.pending.set(key, () => cancel());
  }

  close(): void {
    this.stop.abort();
    for (const cancel of this.pending.values()) cancel();
    this.pending.clear();
  }

  /** Looks as long as there is news, once at a time. Never rejects. */
  private async tidy(
    guest: DepartedGuest,
    isDue: (entries: readonly HandoffEntry[]) => boolean,
  ): Promise<void> {
    const { key } = guest;
    this.next.set(key, () => this.look(guest, isDue));
    if (this.busy.has(key)) return;
    this.busy.add(key);
    for (let look = this.next.get(key); look !== undefined; look = this.next.get(key)) {
      this.next.delete(key);
      if (this.pending.has(key)) await look();
    }
    this.busy.delete(key);
  }

  /** Removes the entry where it is ours and `isDue` says so; then nothing is pending any more. Never rejects. */
  private async look(
    { key, process, stores }: DepartedGuest,
    isDue: (entries: readonly HandoffEntry[]) => boolean,
  ): Promise<void> {
    const pending = this.pending.get(key);
    const { signal } = this.stop;
    try {
      const fetched = await stores.fetch({ signal });
      if (this.pending.get(key) !== pending || fetched === undefined || !isDue(fetched.entries)) return;
      await stores.remove(this.services.host, (snapshot) => this.isOurs(snapshot, process), signal);
      if (this.pending.get(key) === pending) this.present(key);
    } catch {
      // Tried again at the next change, when a store is back, or after a while.
    }
  }

  private isSuperseded({ primaryMacs }: DepartedGuest, entries: readonly HandoffEntry[]): boolean {
    const { host } = this.services;
    const own = Math.max(-1, ...snapshotsOf(entries, host).map(({ epoch }) => epoch));
    const others = snapshotsOf(entries)
      // One that was booted elsewhere is not where this guest went.
      .filter((each) => each.host !== host && each.origin !== 'boot' && mayBeOf(macsOf(each), primaryMacs))
      .map(({ epoch }) => ({ epoch, isFresh: true }));
    // A number out of all bounds is nobody's who has the guest.
    const said = own < 0 ? others : [...others, { epoch: own, isFresh: true }];
    const believed = believedEpoch(said, Math.max(0, own));
    return others.some(({ epoch }) => epoch > own && epoch <= believed);
  }

  private isOurs(snapshot: Snapshot, process: ProcessIncarnation | undefined): boolean {
    if (process !== undefined && snapshot.process !== undefined)
      return isSameProcess(process, snapshot.process);
    return snapshot.writer === undefined || snapshot.writer.agent === this.services.agent;
  }
}

const macsOf = ({ nics }: Snapshot): readonly MacAddress[] => nics.map(({ primaryMac }) => primaryMac);
