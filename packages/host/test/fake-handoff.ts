import {
  type GuestKey,
  type HandoffEntry,
  type HandoffStore,
  HeraldError,
  type Snapshot,
  type SnapshotHead,
} from '@nic-herald/core';
import { MemoryHandoff, type MemoryHandoffOptions } from '@nic-herald/testkit';
import type { MacAddress } from '@nic-herald/wire';

/** A hand-off that can be out of reach, hang, or hold entries that cannot be read. */
export class FakeHandoff implements HandoffStore {
  readonly name: string;
  readonly maxEntryBytes: number;
  readonly memory: MemoryHandoff;
  readonly published: Snapshot[] = [];
  readonly removed: string[] = [];
  /** The MACs of each question. */
  readonly questions: (readonly MacAddress[])[] = [];
  /** Set: every call is answered with it. */
  trouble: (() => Promise<never>) | undefined;
  /** Entries of any guest besides those in memory. */
  broken: HandoffEntry[] = [];
  watchers = 0;
  claim?: NonNullable<HandoffStore['claim']>;

  constructor(options: MemoryHandoffOptions = {}) {
    this.memory = new MemoryHandoff(options);
    this.name = this.memory.name;
    this.maxEntryBytes = this.memory.maxEntryBytes;
  }

  readonly outOfReach = (): Promise<never> =>
    Promise.reject(new HeraldError('HERALD_TEST_HANDOFF', 'the hand-off is out of reach'));

  async publish(snapshot: Snapshot): Promise<void> {
    await this.trouble?.();
    await this.memory.publish(snapshot);
    this.published.push(snapshot);
  }

  async fetch(guest: GuestKey): Promise<readonly HandoffEntry[]> {
    await this.trouble?.();
    return [...(await this.memory.fetch(guest)), ...this.broken];
  }

  async ownersOf(macs: readonly MacAddress[]): Promise<readonly SnapshotHead[]> {
    this.questions.push(macs);
    await this.trouble?.();
    return this.memory.ownersOf(macs);
  }

  async ofHost(host: string): Promise<readonly SnapshotHead[]> {
    await this.trouble?.();
    return this.memory.ofHost(host);
  }

  watch(guest: GuestKey, changed: () => void): () => void {
    this.watchers += 1;
    const unwatch = this.memory.watch(guest, changed);
    return () => {
      this.watchers -= 1;
      unwatch();
    };
  }

  async remove(guest: GuestKey, host: string): Promise<void> {
    await this.trouble?.();
    this.removed.push(`${guest} ${host}`);
    await this.memory.remove(guest, host);
  }

  onConnected(connected: () => void): () => void {
    return this.memory.onConnected(connected);
  }
}
