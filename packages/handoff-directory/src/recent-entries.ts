import type { Snapshot } from '@nic-herald/core';

/** How many bytes of files are remembered, in what was made of them: a few times as many in memory. */
const MOST_BYTES = 8 * 1024 * 1024;

interface Recent {
  readonly version: string;
  readonly snapshot: Snapshot;
  readonly bytes: number;
}

/**
 * The snapshots that were read last. An entry is asked for many times around a migration, and most times it is what it was;
 * those asked for longest ago make room.
 */
export class RecentEntries {
  private readonly recent = new Map<string, Recent>();
  private bytes = 0;

  constructor(private readonly mostBytes: number = MOST_BYTES) {}

  get(name: string, version: string): Snapshot | undefined {
    const found = this.recent.get(name);
    if (found?.version !== version) return undefined;
    this.recent.delete(name);
    this.recent.set(name, found); // asked for last
    return found.snapshot;
  }

  put(name: string, version: string, snapshot: Snapshot, bytes: number): void {
    this.forget(name);
    this.recent.set(name, { version, snapshot, bytes });
    this.bytes += bytes;
    for (const oldest of this.recent.keys()) {
      if (this.bytes <= this.mostBytes) break;
      this.forget(oldest);
    }
  }

  private forget(name: string): void {
    this.bytes -= this.recent.get(name)?.bytes ?? 0;
    this.recent.delete(name);
  }
}
