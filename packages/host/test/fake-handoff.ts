import {
  type GuestKey,
  type HandoffEntry,
  type HandoffStore,
  HeraldError,
  type Snapshot,
  type SnapshotHead,
} from '@nic-herald/core';
import { MemoryHandoff } from '@nic-herald/testkit';

/** A hand-off that can be out of reach, hang, or hold entries that cannot be read. */
export class FakeHandoff implements HandoffStore {
  readonly memory = new MemoryHandoff();
  readonly published: Snapshot[] = [];
  readonly removed: string[] = [];
  /** Set: every call is answered with it. */
  trouble: (() => Promise<never>) | undefined;
  /** Entries of any guest besides those in memory. */
  broken: HandoffEntry[] = [];
  watchers = 0;

  readonly outOfReach = (): Promise<never> =>
    Promise.reject(new HeraldError('HERALD_TEST_HANDOFF', 'the hand-off is out of reach'));

  async publish(snapshot: Snapshot): Promise<void> {
    await this.trouble?.();
    this.published.push(snapshot);
    await this.memory.publish(snapshot);
  }

  async fetch(guest: GuestKey): Promise<readonly HandoffEntry[]> {
    await this.trouble?.();
    return [...(await this.memory.fetch(guest)), ...this.broken];
  }

  async list(): Promise<readonly SnapshotHead[]> {
    await this.trouble?.();
    return this.memory.list();
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
}
