import {
  type GuestKey,
  type HandoffEntry,
  type HandoffStore,
  HeraldError,
  headOf,
  isHeraldError,
  messageOf,
  parseSnapshot,
  type Snapshot,
  type SnapshotHead,
} from '@nic-herald/core';

/**
 * A hand-off in memory, for hosts of one process. What is read was written as JSON and is checked, as anywhere else.
 * It has no clock: how old an entry is only its `writtenAt` tells.
 */
export class MemoryHandoff implements HandoffStore {
  private readonly written = new Map<GuestKey, Map<string, string>>();
  private readonly watchers = new Set<{ readonly guest: GuestKey; readonly changed: () => void }>();

  /** Rejects with HERALD_SNAPSHOT_INVALID for a state that is no JSON, or nested deeper than the stack takes. */
  async publish(snapshot: Snapshot): Promise<void> {
    const entries = this.written.get(snapshot.guest) ?? new Map<string, string>();
    this.written.set(snapshot.guest, entries.set(snapshot.host, jsonOf(snapshot)));
    this.tell(snapshot.guest);
  }

  async fetch(guest: GuestKey): Promise<readonly HandoffEntry[]> {
    return [...(this.written.get(guest) ?? [])].map(([host, text]) => {
      const parsed = parseSnapshot(JSON.parse(text));
      return isHeraldError(parsed) ? { host, problem: parsed } : { host, snapshot: parsed };
    });
  }

  async list(): Promise<readonly SnapshotHead[]> {
    const entries = await Promise.all([...this.written.keys()].map((guest) => this.fetch(guest)));
    return entries.flat().flatMap((entry) => ('snapshot' in entry ? [headOf(entry.snapshot)] : []));
  }

  watch(guest: GuestKey, changed: () => void): () => void {
    const watcher = { guest, changed };
    this.watchers.add(watcher);
    return () => {
      this.watchers.delete(watcher);
    };
  }

  async remove(guest: GuestKey, host: string): Promise<void> {
    if (this.written.get(guest)?.delete(host)) this.tell(guest);
  }

  private tell(guest: GuestKey): void {
    for (const watcher of this.watchers) if (watcher.guest === guest) watcher.changed();
  }
}

const jsonOf = (snapshot: Snapshot): string => {
  try {
    return JSON.stringify(snapshot);
  } catch (error) {
    throw new HeraldError(
      'HERALD_SNAPSHOT_INVALID',
      `the snapshot of guest ${snapshot.guest} is no JSON: ${messageOf(error)}. Mend the model that gave the state`,
      { details: { guest: snapshot.guest }, cause: error },
    );
  }
};
