import { type FSWatcher, watch } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CancelTimer, Clock } from '@nic-herald/core';
import { fileVersion } from './file-version.js';

interface Watcher {
  readonly prefix: string;
  readonly changed: () => void;
  /** The versions of its files at the last look; absent before the first. */
  seen?: string;
}

/**
 * Tells when files with a given prefix change. The kernel's own notice comes at once, but tells only of this
 * machine's writes; so the directory is looked at now and then as well, as long as anybody watches.
 */
export class DirectoryWatch {
  private readonly watchers = new Set<Watcher>();
  private notices: FSWatcher | undefined;
  private cancelTimer: CancelTimer | undefined;
  private looking = false;

  constructor(
    private readonly directory: string,
    private readonly pollMs: number,
    private readonly clock: Clock,
  ) {}

  /** Calls `changed` after a file was written or removed, and once after the first look. Returns the way to stop. */
  add(prefix: string, changed: () => void): () => void {
    const watcher: Watcher = { prefix, changed };
    this.watchers.add(watcher);
    this.begin();
    void this.lookFor([watcher]);
    return () => {
      this.watchers.delete(watcher);
      if (this.watchers.size === 0) this.close();
    };
  }

  close(): void {
    this.watchers.clear();
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.notices?.close();
    this.notices = undefined;
  }

  /** The directory is another one of the same name: the kernel's notices were of the one before. */
  beginAnew(): void {
    this.notices?.close();
    this.notices = undefined;
    if (this.watchers.size > 0) this.begin();
  }

  private begin(): void {
    try {
      this.notices ??= watch(this.directory, { persistent: false }, (_, name) => this.notice(name)).on(
        'error',
        () => undefined, // the looks go on
      );
    } catch {
      // no notices here (too many in use, or none on this file system): the looks do
    }
    if (!this.looking) this.lookLater();
  }

  private lookLater(): void {
    this.cancelTimer ??= this.clock.setTimer(this.pollMs, () => void this.look());
  }

  private notice(name: string | null): void {
    for (const watcher of this.watchers) {
      if (name === null || name.startsWith(watcher.prefix)) call(watcher.changed);
    }
  }

  /** Looks at all that is watched; one look at a time, however slow the storage is. */
  private async look(): Promise<void> {
    this.cancelTimer = undefined;
    this.looking = true;
    await this.lookFor([...this.watchers]);
    this.looking = false;
    if (this.watchers.size > 0) this.lookLater();
  }

  private async lookFor(watchers: readonly Watcher[]): Promise<void> {
    try {
      const names = (await readdir(this.directory)).toSorted((a, b) => (a < b ? -1 : 1));
      for (const watcher of watchers) {
        const seen = await this.versionsOf(names.filter((name) => name.startsWith(watcher.prefix)));
        if (seen === watcher.seen || !this.watchers.has(watcher)) continue;
        watcher.seen = seen;
        call(watcher.changed);
      }
    } catch {
      // the directory cannot be read now: whoever fetches is told why; the next look may see it again
    }
  }

  private async versionsOf(names: readonly string[]): Promise<string> {
    const versions: string[] = [];
    for (const name of names) {
      const stats = await lstat(join(this.directory, name), { bigint: true }).catch(() => undefined);
      if (stats !== undefined) versions.push(`${name} ${fileVersion(stats)}`);
    }
    return versions.join('\n');
  }
}

/** A listener that throws must not stop the others. */
const call = (changed: () => void): void => {
  try {
    changed();
  } catch {
    // it is the listener's own affair
  }
};
