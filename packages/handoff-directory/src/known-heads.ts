import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { type HandoffEntry, type HeraldError, headOf, type SnapshotHead } from '@nic-herald/core';
import { eachOf } from './each-of.js';
import { fileVersion } from './file-version.js';
import { GONE } from './read-entry.js';

/** What a file held when it was last read, which it still does while its version is the same. */
interface Known {
  readonly version: string;
  /** Absent where it is no snapshot, or could not be read. */
  readonly head?: SnapshotHead;
  /** It may be a good snapshot all the same: the system did not let us read it. */
  readonly unread?: true;
}

/** The heads of entries; a file is read again only when it changed, or could not be read. */
export class KnownHeads {
  private known = new Map<string, Known>();

  /** `tell` is called once for each version of a file that gives no head. */
  constructor(
    private readonly directory: string,
    private readonly read: (name: string) => Promise<HandoffEntry | typeof GONE>,
    private readonly tell: (problem: HeraldError) => void,
  ) {}

  /**
   * The heads of the files of these names, in their order; what has none is left out. `areAll`: what has none of these
   * names is gone, and forgotten.
   */
  async of(names: readonly string[], areAll = true): Promise<readonly SnapshotHead[]> {
    const known = new Map<string, Known>();
    await eachOf(names, async (name) => {
      const now = await this.look(name);
      if (now !== undefined) known.set(name, now);
    });
    if (areAll) this.known = known;
    else for (const [name, now] of known) this.known.set(name, now);
    return names.map((name) => known.get(name)?.head).filter((head) => head !== undefined);
  }

  private async look(name: string): Promise<Known | undefined> {
    const stats = await lstat(join(this.directory, name), { bigint: true }).catch(() => undefined);
    if (stats === undefined) return undefined;
    const version = fileVersion(stats);
    const before = this.known.get(name);
    const same = before?.version === version;
    if (same && before.unread === undefined) return before;
    const entry = await this.read(name);
    if (entry === GONE) return undefined;
    if ('snapshot' in entry) return { version, head: headOf(entry.snapshot) };
    if (!same) this.tell(entry.problem);
    return { version, ...(entry.problem.details['errno'] === undefined ? {} : { unread: true }) };
  }
}
