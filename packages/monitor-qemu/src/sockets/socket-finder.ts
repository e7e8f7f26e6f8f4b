import { type FSWatcher, watch } from 'node:fs';
import type { CancelTimer, Clock } from '@nic-herald/core';
import { PollLoop } from '@nic-herald/qmp';
import { findSockets } from './socket-pattern.js';

/** Changes in a directory are looked at together, a little later. */
const CHANGE_PAUSE_MS = 20;
const MAX_WATCHED = 256;

/** Whoever looks for sockets. */
export interface SocketFinderOwner {
  /** Gets every socket there is now, with its mark (see `FoundSockets`), after each look. */
  onFound(sockets: ReadonlyMap<string, string>): void;
  /** A look after the first one failed unforeseen; looking goes on. */
  onFault(error: unknown): void;
}

/**
 * Keeps looking for the sockets of some patterns: when the file system tells of a change in a directory where
 * they are, and every `rescanMs` besides, since it does not tell of everything (network file systems, a
 * directory that was not there).
 */
export class SocketFinder {
  private readonly watchers = new Map<string, FSWatcher>();
  private readonly loop: PollLoop;
  private cancelSoon: CancelTimer | undefined;
  private closed: boolean = false;

  constructor(
    private readonly patterns: readonly string[],
    private readonly clock: Clock,
    private readonly rescanMs: number,
    private readonly owner: SocketFinderOwner,
  ) {
    const look = async (): Promise<number> => {
      await this.look();
      return rescanMs;
    };
    this.loop = new PollLoop(clock, look, (error) => owner.onFault(error));
  }

  /** Looks for the first time, and from then on. */
  async start(): Promise<void> {
    await this.look();
    if (!this.closed) this.loop.start(this.rescanMs);
  }

  close(): void {
    this.closed = true;
    this.cancelSoon?.();
    this.loop.stop();
    for (const watcher of this.watchers.values()) watcher.close();
    this.watchers.clear();
  }

  private async look(): Promise<void> {
    const sockets = new Map<string, string>();
    const directories = new Set<string>();
    for (const found of await Promise.all(this.patterns.map(findSockets))) {
      for (const [path, mark] of found.sockets) sockets.set(path, mark);
      for (const directory of found.directories) directories.add(directory);
    }
    if (this.closed) return;
    this.watchOnly(directories);
    this.owner.onFound(sockets);
  }

  private lookSoon(): void {
    this.cancelSoon ??= this.clock.setTimer(CHANGE_PAUSE_MS, () => {
      this.cancelSoon = undefined;
      this.loop.now();
    });
  }

  private watchOnly(directories: ReadonlySet<string>): void {
    for (const [directory, watcher] of this.watchers) {
      if (directories.has(directory)) continue;
      watcher.close();
      this.watchers.delete(directory);
    }
    for (const directory of directories) {
      if (this.watchers.has(directory) || this.watchers.size >= MAX_WATCHED) continue;
      try {
        const watcher = watch(directory, { persistent: false }, (change) => {
          if (change === 'rename') this.lookSoon(); // a name came or went; not that a file was written to
        });
        const forget = (): void => {
          watcher.close();
          this.watchers.delete(directory);
        };
        watcher.on('error', forget);
        this.watchers.set(directory, watcher);
      } catch {
        // not there, or the system is out of watches: the rescan finds what comes
      }
    }
  }
}
