import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, lstat, mkdir, opendir, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  asHeraldError,
  type Clock,
  type GuestKey,
  type HandoffEntry,
  type HandoffOptions,
  type HandoffStore,
  HeraldError,
  type HostService,
  headOf,
  type MigrationEventBus,
  type Snapshot,
  type SnapshotHead,
} from '@nic-herald/core';
import { DirectoryWatch } from './directory-watch.js';
import { entryName, guestPrefix, isEntryName, isLeftover, temporaryName } from './entry-name.js';
import { errnoOf } from './errno-of.js';
import { fileVersion } from './file-version.js';
import { GONE, readEntry } from './read-entry.js';
import { unlessAborted } from './unless-aborted.js';
import { syncDirectory, writeAtomically } from './write-atomically.js';

/** How many files are read at a time. */
const READ_AT_ONCE = 8;

/** The head of a file that was read before, as long as the file stays the same; absent where it is no snapshot. */
interface KnownHead {
  readonly version: string;
  readonly head?: SnapshotHead;
}

/** Snapshots as files of one directory: one per (guest, host), replaced as a whole, checked when read. */
export class DirectoryHandoff implements HandoffStore, HostService {
  private readonly directory: string;
  private readonly watching: DirectoryWatch;
  /** Tells this writer's unfinished files from those of one that died. */
  private readonly writer = `${process.pid}-${randomBytes(6).toString('hex')}`;
  private writes = 0;
  /** The last write of each file: two of one file never overtake each other. */
  private readonly queues = new Map<string, Promise<void>>();
  /** Hosts whose leftovers are gone. */
  private readonly swept = new Set<string>();
  private heads = new Map<string, KnownHead>();
  private toldTooMany = false;

  constructor(
    private readonly settings: {
      readonly directory: string;
      readonly maxFileBytes: number;
      readonly maxEntries: number;
      readonly pollMs: number;
    },
    clock: Clock,
    private readonly bus: MigrationEventBus,
  ) {
    this.directory = resolve(settings.directory);
    this.watching = new DirectoryWatch(this.directory, settings.pollMs, clock);
  }

  /** Makes the directory. Rejects with HERALD_HANDOFF_DIRECTORY where it cannot be used. */
  async start({ signal }: HandoffOptions): Promise<void> {
    await this.inDirectory(signal, 'used', async () => {
      await mkdir(this.directory, { recursive: true, mode: 0o700 });
      const stats = await stat(this.directory);
      if ((stats.mode & 0o002) !== 0) {
        throw this.directoryError('used', 'everybody can write to it (take that away with chmod o-w)');
      }
      await access(this.directory, constants.R_OK | constants.W_OK | constants.X_OK);
    });
  }

  /** Rejects with HERALD_HANDOFF_TOO_LARGE or HERALD_HANDOFF_WRITE; the old entry then stands. */
  async publish(snapshot: Snapshot, { signal }: HandoffOptions): Promise<void> {
    const name = entryName(snapshot.guest, snapshot.host);
    const bytes = new TextEncoder().encode(JSON.stringify(snapshot));
    const { maxFileBytes } = this.settings;
    if (bytes.length > maxFileBytes) {
      throw new HeraldError(
        'HERALD_HANDOFF_TOO_LARGE',
        `the snapshot of guest ${snapshot.guest} has ${bytes.length} bytes, at most ${maxFileBytes} are written: ` +
          'raise maxFileBytes on every host, or lower what is learned per NIC',
        { details: { guest: snapshot.guest, size: bytes.length, maxBytes: maxFileBytes } },
      );
    }
    const before = this.queues.get(name) ?? Promise.resolve();
    const written = before.then(() => this.write(name, snapshot.host, bytes, signal));
    const settled = written.catch(() => undefined);
    this.queues.set(name, settled);
    void settled.then(() => {
      if (this.queues.get(name) === settled) this.queues.delete(name);
    });
    try {
      await unlessAborted(written, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw asHeraldError(
        error,
        'HERALD_HANDOFF_WRITE',
        `the snapshot of guest ${snapshot.guest} cannot be written to ${join(this.directory, name)}: ` +
          `${errnoOf(error) ?? String(error)}. The old one stands. Look for a full disk, a lost mount, and the ` +
          'rights of the directory',
        { guest: snapshot.guest, file: join(this.directory, name) },
      );
    }
  }

  async fetch(guest: GuestKey, { signal }: HandoffOptions): Promise<readonly HandoffEntry[]> {
    return this.inDirectory(signal, 'read', async () => {
      const prefix = guestPrefix(guest);
      const names = await this.names((name) => name.startsWith(prefix) && isEntryName(name));
      const entries = await eachOf(names, (name) => this.read(name));
      return entries.filter((entry) => entry !== GONE);
    });
  }

  /** What is no snapshot is left out, and told of once as a warning on the bus. */
  async list({ signal }: HandoffOptions): Promise<readonly SnapshotHead[]> {
    return this.inDirectory(signal, 'read', async () => {
      const names = await this.names(isEntryName);
      const known = new Map<string, KnownHead>();
      await eachOf(names, async (name) => {
        const head = await this.headOf(name);
        if (head !== undefined) known.set(name, head);
      });
      this.heads = known; // what was removed is forgotten
      return names.map((name) => known.get(name)?.head).filter((head) => head !== undefined);
    });
  }

  watch(guest: GuestKey, changed: () => void): () => void {
    return this.watching.add(guestPrefix(guest), changed);
  }

  async remove(guest: GuestKey, host: string, { signal }: HandoffOptions): Promise<void> {
    const name = entryName(guest, host);
    await this.inDirectory(signal, 'written', async () => {
      await this.queues.get(name);
      await rm(join(this.directory, name), { force: true });
      await syncDirectory(this.directory);
    });
  }

  async close(): Promise<void> {
    this.watching.close();
    await Promise.all(this.queues.values());
  }

  private async write(name: string, host: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.sweep(host);
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      this.writes += 1;
      try {
        return await writeAtomically(
          this.directory,
          name,
          temporaryName(host, this.writer, this.writes),
          bytes,
          signal,
        );
      } catch (error) {
        // Another agent of this host, just started, took our unfinished file for a leftover.
        if (errnoOf(error) !== 'ENOENT' || attempt === 2) throw error;
      }
    }
  }

  /** Removes what earlier agents of this host left unfinished. Once, before the first write. */
  private async sweep(host: string): Promise<void> {
    if (this.swept.has(host)) return;
    for await (const { name } of await opendir(this.directory)) {
      if (!isLeftover(name, host, this.writer)) continue;
      await rm(join(this.directory, name), { force: true }).catch(() => undefined); // it harms nobody
    }
    this.swept.add(host);
  }

  private read(name: string): Promise<HandoffEntry | typeof GONE> {
    return readEntry(this.directory, name, this.settings.maxFileBytes);
  }

  private async headOf(name: string): Promise<KnownHead | undefined> {
    const stats = await lstat(join(this.directory, name), { bigint: true }).catch(() => undefined);
    if (stats === undefined) return undefined;
    const version = fileVersion(stats);
    const known = this.heads.get(name);
    if (known?.version === version) return known;
    const entry = await this.read(name);
    if (entry === GONE) return undefined;
    if ('snapshot' in entry) return { version, head: headOf(entry.snapshot) };
    this.bus.emit('warning', { warning: entry.problem });
    return { version };
  }

  /** The names in the directory that are wanted, in order; at most `maxEntries`, and a warning for the rest. */
  private async names(wanted: (name: string) => boolean): Promise<readonly string[]> {
    const { maxEntries } = this.settings;
    const names: string[] = [];
    for await (const { name } of await opendir(this.directory, { bufferSize: 256 })) {
      if (!wanted(name)) continue;
      if (names.length === maxEntries) {
        this.tellTooMany();
        break;
      }
      names.push(name);
    }
    return names.toSorted((a, b) => (a < b ? -1 : 1));
  }

  private tellTooMany(): void {
    if (this.toldTooMany) return;
    this.toldTooMany = true;
    this.bus.emit('warning', {
      warning: new HeraldError(
        'HERALD_HANDOFF_TOO_MANY',
        `${this.directory} holds more than ${this.settings.maxEntries} snapshots, the others are not looked at: ` +
          'remove those of guests that are gone, or raise maxEntries',
        { details: { directory: this.directory, maxEntries: this.settings.maxEntries } },
      ),
    });
  }

  private async inDirectory<T>(signal: AbortSignal, purpose: string, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    try {
      return await unlessAborted(work(), signal);
    } catch (error) {
      signal.throwIfAborted();
      throw asHeraldError(
        error,
        'HERALD_HANDOFF_DIRECTORY',
        this.problem(purpose, errnoOf(error) ?? String(error)),
        {
          directory: this.directory,
        },
      );
    }
  }

  private directoryError(purpose: string, found: string): HeraldError {
    return new HeraldError('HERALD_HANDOFF_DIRECTORY', this.problem(purpose, found), {
      details: { directory: this.directory },
    });
  }

  private problem(purpose: string, found: string): string {
    return (
      `the hand-off directory ${this.directory} cannot be ${purpose}: ${found}. It must be a directory that this ` +
      'agent can read and write; look at its rights and its mount, or name another'
    );
  }
}

/** Runs `work` on every item, a few at a time; the results are in the order of the items. */
const eachOf = async <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> => {
  const results: R[] = [];
  for (let first = 0; first < items.length; first += READ_AT_ONCE) {
    results.push(...(await Promise.all(items.slice(first, first + READ_AT_ONCE).map(work))));
  }
  return results;
};
