import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  asHeraldError,
  type Clock,
  type GuestKey,
  type HandoffEntry,
  type HandoffNotes,
  type HandoffOptions,
  type HandoffStore,
  type HostService,
  type MigrationEventBus,
  type Snapshot,
  type SnapshotHead,
} from '@nic-herald/core';
import { clockWarning } from './clock-warning.js';
import { DirectoryAccess } from './directory-access.js';
import { DirectoryNotes } from './directory-notes.js';
import { DirectoryPresence } from './directory-presence.js';
import { DirectoryWatch } from './directory-watch.js';
import { eachOf } from './each-of.js';
import { encodeSnapshot } from './encode-snapshot.js';
import { entryName, guestPrefix, hostSuffix, isEntryName } from './entry-name.js';
import { EntryWriter } from './entry-writer.js';
import { errnoOf } from './errno-of.js';
import { KnownHeads } from './known-heads.js';
import { LastingProblem } from './lasting-problem.js';
import { NameQueues } from './name-queues.js';
import { NoteFiles } from './note-files.js';
import { GONE, readEntry } from './read-entry.js';
import { RecentEntries } from './recent-entries.js';
import { StorageClock } from './storage-clock.js';
import { tooManyWarning } from './too-many-warning.js';
import { unlessAborted } from './unless-aborted.js';
import { syncDirectory } from './write-atomically.js';

/** Snapshots as files of one directory: one per (guest, host), replaced as a whole, checked when read. */
export class DirectoryHandoff implements HandoffStore, HostService {
  readonly name = 'directory';
  readonly maxEntryBytes: number;
  readonly notes: HandoffNotes;
  private readonly directory: string;
  private readonly files: NoteFiles;
  private readonly access: DirectoryAccess;
  private readonly presence: DirectoryPresence;
  private readonly watching: DirectoryWatch;
  private readonly storage: StorageClock;
  private readonly writer: EntryWriter;
  /** Two writes of one file never overtake each other, nor does its removal one of them. */
  private readonly queues = new NameQueues();
  private readonly heads: KnownHeads;
  private readonly recent = new RecentEntries();
  private readonly tooMany: LastingProblem;

  constructor(
    private readonly settings: {
      readonly directory: string;
      readonly maxFileBytes: number;
      readonly maxEntries: number;
      readonly pollMs: number;
      readonly requireMount?: boolean;
    },
    clock: Clock,
    private readonly bus: MigrationEventBus,
  ) {
    const directory = resolve(settings.directory);
    this.directory = directory;
    const { requireMount = false } = settings;
    this.presence = new DirectoryPresence(
      { path: directory, requireMount, uid: process.geteuid?.() ?? 0 },
      clock,
      (warning) => bus.emit('warning', { warning }),
    );
    this.access = new DirectoryAccess(directory, this.presence);
    this.watching = new DirectoryWatch(directory, settings.pollMs, clock);
    this.presence.onBack(() => this.watching.beginAnew());
    this.storage = new StorageClock(clock, (aheadMs) =>
      bus.emit('warning', { warning: clockWarning(directory, aheadMs) }),
    );
    this.writer = new EntryWriter(directory, clock, this.storage);
    this.heads = new KnownHeads(
      directory,
      (name) => this.read(name),
      (warning) => bus.emit('warning', { warning }),
    );
    this.tooMany = new LastingProblem(clock);
    this.maxEntryBytes = settings.maxFileBytes;
    this.files = new NoteFiles(directory, this.writer, (stored) => this.storage.ageOf(stored));
    this.notes = new DirectoryNotes(this.files, this.access, this.queues);
  }

  /** Looks whether the directory is there and may be used, and what time its storage has. Rejects with HERALD_HANDOFF_DIRECTORY. */
  async start({ signal }: HandoffOptions): Promise<void> {
    await this.access.during('used', signal, async () => {
      await this.presence.begin();
      await this.writer.probe();
    });
  }

  /**
   * Rejects with HERALD_HANDOFF_TOO_LARGE, HERALD_SNAPSHOT_INVALID (a state that no host could read) or
   * HERALD_HANDOFF_WRITE; the old entry then stands.
   */
  async publish(snapshot: Snapshot, { signal }: HandoffOptions): Promise<void> {
    const { guest, host } = snapshot;
    const name = entryName(guest, host);
    const bytes = encodeSnapshot(snapshot, this.settings.maxFileBytes);
    try {
      await unlessAborted(
        this.queues.run(name, async () => {
          await this.access.check();
          await this.writer.write(name, host, bytes, signal);
        }),
        signal,
      );
    } catch (error) {
      signal.throwIfAborted();
      throw asHeraldError(
        error,
        'HERALD_HANDOFF_WRITE',
        `the snapshot of guest ${guest} cannot be written to ${join(this.directory, name)}: ` +
          `${errnoOf(error) ?? String(error)}. The old one stands. Look for a full disk, a lost mount, and the ` +
          'rights of the directory',
        { guest, file: join(this.directory, name) },
      );
    }
  }

  /** Ages are by the storage's clock, see `HERALD_HANDOFF_CLOCK`. */
  async fetch(guest: GuestKey, { signal }: HandoffOptions): Promise<readonly HandoffEntry[]> {
    return this.access.during('read', signal, async () => {
      await this.writer.probe();
      const prefix = guestPrefix(guest);
      const { names } = await this.names((name) => name.startsWith(prefix) && isEntryName(name));
      const entries = await eachOf(names, (name) => this.read(name));
      return entries.filter((entry) => entry !== GONE);
    });
  }

  /** What is no snapshot is left out, and told of once as a warning on the bus. */
  async ownersOf(
    macs: SnapshotHead['primaryMacs'],
    { signal }: HandoffOptions,
  ): Promise<readonly SnapshotHead[]> {
    const asked = new Set<string>(macs);
    return this.access.during('read', signal, async () => {
      const { names, all } = await this.names(isEntryName);
      if (all) this.tooMany.over();
      const heads = await this.heads.of(names);
      return heads.filter(({ primaryMacs }) => primaryMacs.some((mac) => asked.has(mac)));
    });
  }

  /** As with `ownersOf`. */
  async ofHost(host: string, { signal }: HandoffOptions): Promise<readonly SnapshotHead[]> {
    const suffix = hostSuffix(host);
    return this.access.during('read', signal, async () => {
      const { names } = await this.names((name) => name.endsWith(suffix) && isEntryName(name));
      return this.heads.of(names, false);
    });
  }

  watch(guest: GuestKey, changed: () => void): () => void {
    return this.watching.add(guestPrefix(guest), changed);
  }

  /**
   * What was published before this was asked for goes; what is published from then on stands. With the last entry of a
   * guest its notes go.
   */
  async remove(guest: GuestKey, host: string, { signal }: HandoffOptions): Promise<void> {
    const name = entryName(guest, host);
    await this.access.during('written', signal, () =>
      this.queues.run(name, async () => {
        await this.access.check();
        signal.throwIfAborted();
        await rm(join(this.directory, name), { force: true });
        await this.files.tidy(guest);
        await syncDirectory(this.directory);
      }),
    );
  }

  /** Called where what was mounted there is mounted again, or the directory is back. */
  onConnected(connected: () => void): () => void {
    return this.presence.onBack(connected);
  }

  async close(): Promise<void> {
    this.presence.close();
    this.watching.close();
    await this.queues.settled();
  }

  private read(name: string): Promise<HandoffEntry | typeof GONE> {
    const { directory, recent, storage } = this;
    const { maxFileBytes } = this.settings;
    return readEntry(directory, name, maxFileBytes, (stored) => storage.ageOf(stored), recent);
  }

  /** The names in the directory that are wanted, in order; at most `maxEntries`, and a warning for the rest. */
  private async names(
    wanted: (name: string) => boolean,
  ): Promise<{ readonly names: readonly string[]; readonly all: boolean }> {
    const { maxEntries } = this.settings;
    const found = (await readdir(this.directory)).filter(wanted);
    const all = found.length <= maxEntries;
    const names = found.slice(0, maxEntries);
    if (!all && this.tooMany.isNews()) {
      this.bus.emit('warning', { warning: tooManyWarning(this.directory, maxEntries) });
    }
    return { names: names.toSorted((a, b) => (a < b ? -1 : 1)), all };
  }
}
