import {
  type Clock,
  type Guest,
  type GuestKey,
  type HandoffClaim,
  type HandoffEntry,
  type HandoffOptions,
  type HandoffStore,
  type HeraldError,
  type HostService,
  headOf,
  isHeraldError,
  type MigrationEventBus,
  parseSnapshot,
  type Snapshot,
  type SnapshotHead,
} from '@nic-herald/core';
import { encodeSnapshot, MAX_SNAPSHOT_BYTES } from './encode-snapshot.js';
import { GuestWatchers } from './guest-watchers.js';
import { LibvirtAccess } from './libvirt-access.js';
import type { LibvirtHandoffSettings } from './libvirt-handoff-options.js';
import { TellOnce } from './tell-once.js';
import { unlessAborted } from './unless-aborted.js';
import { uuidOfKey } from './uuid-of-key.js';
import { readOnlyConnection } from './write-error.js';

/** Between equals the one that others share as well. */
const PREFERENCE = 50;

/**
 * Snapshots in the metadata of libvirt's domains, one entry of a guest: that of the host that wrote last, which is where the
 * guest runs. With a migration libvirt takes it along, as it was when the migration began.
 */
export class LibvirtHandoff implements HandoffStore, HostService {
  readonly name = 'libvirt';
  readonly maxEntryBytes: number = MAX_SNAPSHOT_BYTES;
  private readonly access: LibvirtAccess;
  private readonly watchers = new GuestWatchers();
  private readonly problems: TellOnce;

  constructor(settings: LibvirtHandoffSettings, clock: Clock, bus: MigrationEventBus) {
    const warn = (warning: HeraldError): void => bus.emit('warning', { warning });
    this.problems = new TellOnce(warn);
    this.access = new LibvirtAccess(settings, clock, { changed: (uuid) => this.watchers.tell(uuid), warn });
  }

  /** Resolves also where the daemon is away: it is looked for all the time. */
  async start({ signal }: HandoffOptions): Promise<void> {
    await this.access.start(signal);
  }

  /** It serves the guests whose UUID is that of a domain that runs here. */
  async claim({ identity }: Guest, { signal }: HandoffOptions): Promise<HandoffClaim> {
    const { uuid } = identity;
    if (uuid === undefined) return { refusal: 'it has no UUID, by which libvirt would know it' };
    const domain = await this.access.view().domains.find(uuid, { signal });
    return domain === undefined
      ? { refusal: `libvirt runs no domain of UUID ${uuid}` }
      : { preference: PREFERENCE };
  }

  /**
   * Resolves, without a word, where the domain ended: its entry went with it. Rejects with HERALD_HANDOFF_READ_ONLY,
   * HERALD_HANDOFF_WRITE, HERALD_HANDOFF_TOO_LARGE or HERALD_SNAPSHOT_INVALID; the old entry then stands.
   *
   * A guest that is being sent away says so to this host alone. libvirt took its metadata along when the migration began, and
   * takes none until it is over.
   */
  async publish(snapshot: Snapshot, { signal }: HandoffOptions): Promise<void> {
    signal.throwIfAborted();
    const { domains, entries, writer } = this.access.view();
    const uuid = uuidOfKey(snapshot.guest) ?? '';
    const { digest, xml } = encodeSnapshot(snapshot, uuid);
    const domain = domains.get(uuid) ?? (await domains.find(uuid, { signal }));
    if (domain === undefined) return;
    this.mayWrite();
    if (snapshot.residence === 'leaving') {
      entries.hold(uuid, asRead(snapshot));
      this.watchers.tell(uuid);
      return;
    }
    const isThere = !writer.isBusy(uuid) && entries.current(uuid)?.digest === digest;
    if (!isThere) {
      await writer.write(domain, xml, signal);
      entries.changed(uuid); // libvirt tells that later
    }
    entries.hold(uuid, undefined);
  }

  async fetch(guest: GuestKey, { signal }: HandoffOptions): Promise<readonly HandoffEntry[]> {
    signal.throwIfAborted();
    const { domains, entries } = this.access.view();
    const uuid = uuidOfKey(guest);
    const domain = uuid === undefined ? undefined : await domains.find(uuid, { signal });
    const entry = domain === undefined ? undefined : await entries.entryOf(domain, signal);
    return entry === undefined ? [] : [entry];
  }

  /** Of the guests on this host: what is no snapshot is left out, and told of once as a warning on the bus. */
  async ownersOf(
    macs: SnapshotHead['primaryMacs'],
    { signal }: HandoffOptions,
  ): Promise<readonly SnapshotHead[]> {
    const asked = new Set<string>(macs);
    return (await this.heads(signal)).filter(({ primaryMacs }) => primaryMacs.some((mac) => asked.has(mac)));
  }

  /** As with `ownersOf`. */
  async ofHost(host: string, { signal }: HandoffOptions): Promise<readonly SnapshotHead[]> {
    return (await this.heads(signal)).filter((head) => head.host === host);
  }

  watch(guest: GuestKey, changed: () => void): () => void {
    return this.watchers.add(uuidOfKey(guest), changed);
  }

  onConnected(connected: () => void): () => void {
    return this.access.onConnected(connected);
  }

  /** Removes the entry, where `host` wrote the one that is there. */
  async remove(guest: GuestKey, host: string, { signal }: HandoffOptions): Promise<void> {
    signal.throwIfAborted();
    const { domains, entries, writer } = this.access.view();
    const uuid = uuidOfKey(guest);
    const domain = uuid === undefined ? undefined : await domains.find(uuid, { signal });
    if (uuid === undefined || domain === undefined) return;
    const isIts = writer.isBusy(uuid) || (await entries.entryOf(domain, signal))?.host === host;
    if (!isIts) return;
    this.mayWrite();
    entries.hold(uuid, undefined);
    await writer.write(domain, undefined, signal);
    entries.changed(uuid);
  }

  async close(): Promise<void> {
    this.access.close();
    this.watchers.close();
  }

  private async heads(signal: AbortSignal): Promise<readonly SnapshotHead[]> {
    signal.throwIfAborted();
    const { domains, entries } = this.access.view();
    const found = await unlessAborted(entries.all(domains.all(), signal), signal);
    return found.flatMap(({ domain, entry }) => {
      this.problems.tell(domain.uuid, 'problem' in entry ? entry.problem : undefined);
      return 'snapshot' in entry ? [headOf(entry.snapshot)] : [];
    });
  }

  private mayWrite(): void {
    const why = this.access.readOnlyWhy;
    if (why !== undefined) throw readOnlyConnection(why);
  }
}

/** As others would read it. Throws what they would not believe. */
const asRead = (snapshot: Snapshot): HandoffEntry => {
  const parsed = parseSnapshot(JSON.parse(JSON.stringify(snapshot)));
  if (isHeraldError(parsed)) throw parsed;
  return { host: snapshot.host, snapshot: parsed };
};
