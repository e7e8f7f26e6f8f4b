import type {
  CancelTimer,
  Clock,
  GuestKey,
  HandoffEntry,
  HandoffStore,
  Snapshot,
  SnapshotHead,
} from '@nic-herald/core';
import type { FakeClock } from '@nic-herald/testkit';
import type { MacAddress } from '@nic-herald/wire';

/** The clock of one agent: when that is dead its timers are gone, and it can set none. */
export class MortalClock implements Clock {
  private readonly timers = new Set<CancelTimer>();
  private readonly pauses = new Set<CancelTimer>();
  private isDead = false;

  constructor(private readonly clock: FakeClock) {}

  now(): number {
    return this.clock.now();
  }

  elapsed(): number {
    return this.clock.elapsed();
  }

  setTimer(delayMs: number, run: () => void): CancelTimer {
    return this.wait(this.timers, delayMs, run);
  }

  /** How many timers of the agent wait; what others take to answer it is not among them. */
  get pending(): number {
    return this.timers.size;
  }

  /** Resolves after the time that others take to answer; never where the agent is dead by then. */
  pause(ms: number): Promise<void> {
    if (ms === 0 && !this.isDead) return Promise.resolve();
    return new Promise((resolve) => {
      this.wait(this.pauses, ms, resolve);
    });
  }

  /** Tells the agent of something after a while. */
  later(ms: number, tell: () => void): void {
    this.wait(this.pauses, ms, tell);
  }

  die(): void {
    this.isDead = true;
    for (const stop of [...this.timers, ...this.pauses]) stop();
  }

  private wait(among: Set<CancelTimer>, delayMs: number, run: () => void): CancelTimer {
    if (this.isDead) return () => {};
    const cancel = this.clock.setTimer(delayMs, () => {
      among.delete(stop);
      run();
    });
    const stop = (): void => {
      among.delete(stop);
      cancel();
    };
    among.add(stop);
    return stop;
  }
}

/** Who is told of what an agent did in the store. */
export interface StoreListener {
  published(snapshot: Snapshot): void;
  removed(guest: GuestKey, host: string): void;
}

/** The shared store as one agent reaches it: it takes its time, and hears nothing of an agent that is dead. */
export class MortalStore implements HandoffStore {
  readonly name: string;
  readonly maxEntryBytes: number;
  private readonly unwatches = new Set<() => void>();
  private isDead = false;

  constructor(
    private readonly store: HandoffStore,
    private readonly clock: MortalClock,
    private readonly latencyMs: number,
    private readonly told: StoreListener,
  ) {
    this.name = store.name;
    this.maxEntryBytes = store.maxEntryBytes;
  }

  async publish(snapshot: Snapshot): Promise<void> {
    await this.reached();
    this.told.published(snapshot);
    await this.store.publish(snapshot, { signal: NEVER });
  }

  async fetch(guest: GuestKey): Promise<readonly HandoffEntry[]> {
    await this.reached();
    return this.store.fetch(guest, { signal: NEVER });
  }

  async ownersOf(macs: readonly MacAddress[]): Promise<readonly SnapshotHead[]> {
    await this.reached();
    return this.store.ownersOf(macs, { signal: NEVER });
  }

  async ofHost(host: string): Promise<readonly SnapshotHead[]> {
    await this.reached();
    return this.store.ofHost(host, { signal: NEVER });
  }

  watch(guest: GuestKey, changed: () => void): () => void {
    const stop = this.store.watch(guest, () => {
      this.clock.later(this.latencyMs, () => {
        if (this.unwatches.has(unwatch)) changed();
      });
    });
    const unwatch = (): void => {
      this.unwatches.delete(unwatch);
      stop();
    };
    this.unwatches.add(unwatch);
    return unwatch;
  }

  async remove(guest: GuestKey, host: string): Promise<void> {
    await this.reached();
    this.told.removed(guest, host);
    await this.store.remove(guest, host, { signal: NEVER });
  }

  die(): void {
    this.isDead = true;
    for (const unwatch of [...this.unwatches]) unwatch();
  }

  private async reached(): Promise<void> {
    await this.clock.pause(this.latencyMs);
    if (this.isDead) await new Promise<never>(() => {});
  }
}

const NEVER = new AbortController().signal;
