import { randomBytes } from 'node:crypto';
import type { Clock } from '@nic-herald/core';
import { probeName, temporaryName } from './entry-name.js';
import { errnoOf } from './errno-of.js';
import { probeStorage } from './probe-storage.js';
import type { StorageClock } from './storage-clock.js';
import { LEFTOVER_MS, sweepLeftovers } from './sweep-leftovers.js';
import { writeAtomically } from './write-atomically.js';

/** Our unfinished file was removed: before it was renamed, or, on NFS, while it was open. */
const TAKEN: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ESTALE']);

/** Writes into the directory for one agent: entries, and probes of the storage's clock. */
export class EntryWriter {
  /** Tells this agent's unfinished files from those of every other, one under the same host name included. */
  private readonly id = `${process.pid}-${randomBytes(6).toString('hex')}`;
  private count = 0;
  /** When the leftovers of a host are due, by the time that passes: infinite where there are none any more. */
  private readonly sweepAt = new Map<string, number>();

  constructor(
    private readonly directory: string,
    private readonly clock: Clock,
    private readonly storage: StorageClock,
  ) {}

  /** Replaces an entry of `host`, and learns the storage's time from it. */
  async write(name: string, host: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.sweep(host);
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        const temporary = temporaryName(host, this.id, this.next());
        const how = { signal, now: () => this.clock.now() };
        this.storage.learn(await writeAtomically(this.directory, name, temporary, bytes, how));
        return;
      } catch (error) {
        // An agent of this host name, just started, took our file for a leftover: the write hung for a minute.
        if (!TAKEN.has(errnoOf(error)) || attempt === 2) throw error;
      }
    }
  }

  /** Measures the storage's clock where that is due; what cannot be measured is no error. */
  async probe(): Promise<void> {
    await this.storage.refresh(() =>
      probeStorage(this.directory, probeName(this.id, this.next()), () => this.clock.now()),
    );
  }

  /** Before the first write of a host; again a minute later, as long as some were too young to be taken. */
  private async sweep(host: string): Promise<void> {
    if ((this.sweepAt.get(host) ?? 0) > this.clock.elapsed()) return;
    const some = await sweepLeftovers(this.directory, host, this.id, (stored) => this.storage.ageOf(stored));
    this.sweepAt.set(host, some ? this.clock.elapsed() + LEFTOVER_MS : Number.POSITIVE_INFINITY);
  }

  private next(): number {
    this.count += 1;
    return this.count;
  }
}
