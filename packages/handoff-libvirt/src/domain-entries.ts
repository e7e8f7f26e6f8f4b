import { type HandoffEntry, isHeraldError } from '@nic-herald/core';
import type { Domain, Libvirt } from '@nic-herald/libvirt';
import { HANDOFF_URI } from './handoff-element.js';
import { isGone } from './is-gone.js';
import { type ReadEntry, readEntry } from './read-entry.js';
import { unlessAborted } from './unless-aborted.js';

/** How long one domain may take to be read, ms: libvirt waits for no job of the domain there. */
const READ_TIMEOUT_MS = 2000;
/** How many domains are read at a time where all are. */
const AT_ONCE = 2;

/** An entry, and the domain in whose metadata it lies. */
export interface DomainEntry {
  readonly domain: Domain;
  readonly entry: HandoffEntry;
}

/** What is known of a domain's element until it changes. */
interface Known {
  reading?: Promise<ReadEntry | undefined>;
  /** What was read last, before the last change or after it. */
  last?: ReadEntry | undefined;
  /** Whether `last` is what stands there now. */
  isCurrent?: boolean;
  /** The guest is on its way here, and the element came along. */
  readonly isComing?: boolean;
  /** What this host says in place of what stands there. */
  held?: HandoffEntry | undefined;
}

/** The entries in the domains' metadata, by one connection. Each is read when it is asked for, and again only after it changed. */
export class DomainEntries {
  private readonly known = new Map<string, Known>();

  constructor(private readonly libvirt: Pick<Libvirt, 'metadata'>) {}

  /** The domain's element was set or removed. */
  changed(uuid: string): void {
    const { held, last } = this.of(uuid);
    this.known.set(uuid, { held, last });
  }

  /** The domain began. `isComing`: it waits for its guest. */
  began(uuid: string, isComing: boolean): void {
    this.known.set(uuid, { isComing });
  }

  /** The domain ended, and its metadata with it. */
  ended(uuid: string): void {
    this.known.delete(uuid);
  }

  /** From now on this entry counts for the domain, whatever its metadata holds; `undefined`: the metadata counts. */
  hold(uuid: string, held: HandoffEntry | undefined): void {
    this.of(uuid).held = held;
  }

  /** What stands there, where that is known without asking. */
  current(uuid: string): ReadEntry | undefined {
    const { isCurrent, last } = this.of(uuid);
    return isCurrent ? last : undefined;
  }

  /** The entry of a domain; absent where it has none, or ended. */
  async entryOf(domain: Domain, signal: AbortSignal): Promise<HandoffEntry | undefined> {
    const known = this.of(domain.uuid);
    if (known.held !== undefined) return known.held;
    known.reading ??= this.read(domain, known); // it serves all who ask meanwhile: nobody's signal ends it
    return (await unlessAborted(known.reading, signal))?.entry;
  }

  /** The entries of these domains. One that libvirt does not tell now counts as it was last. */
  async all(domains: readonly Domain[], signal: AbortSignal): Promise<readonly DomainEntry[]> {
    const found: DomainEntry[] = [];
    const look = async (domain: Domain): Promise<void> => {
      const entry = await this.entryOf(domain, signal).catch((error: unknown) => {
        if (!isOfOneCall(error)) throw error;
        return this.of(domain.uuid).last?.entry;
      });
      if (entry !== undefined) found.push({ domain, entry });
    };
    for (let from = 0; from < domains.length; from += AT_ONCE) {
      await Promise.all(domains.slice(from, from + AT_ONCE).map(look));
    }
    return found;
  }

  private of(uuid: string): Known {
    const known = this.known.get(uuid) ?? {};
    this.known.set(uuid, known);
    return known;
  }

  /** What changes meanwhile is told of in another `Known`: this one is forgotten then, with what is read here. */
  private async read(domain: Domain, known: Known): Promise<ReadEntry | undefined> {
    try {
      const text = await this.libvirt.metadata(domain, HANDOFF_URI, { deadlineMs: READ_TIMEOUT_MS });
      known.last = text === undefined ? undefined : readEntry(domain, text, known.isComing ?? false);
      known.isCurrent = true;
      return known.last;
    } catch (error) {
      delete known.reading;
      if (isGone(error)) return undefined;
      throw error;
    }
  }
}

/** It failed for this domain, and may do for others; what ends the connection fails for all. */
const isOfOneCall = (error: unknown): boolean =>
  isHeraldError(error) &&
  (error.code === 'HERALD_LIBVIRT_TIMEOUT' || error.code === 'HERALD_LIBVIRT_REFUSED');
