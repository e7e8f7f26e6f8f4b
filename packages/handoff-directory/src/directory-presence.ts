import type { Stats } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { type CancelTimer, type Clock, HeraldError } from '@nic-herald/core';
import { directoryFault, type WantedDirectory } from './directory-fault.js';
import { errnoOf } from './errno-of.js';
import { LastingProblem } from './lasting-problem.js';
import { type Mount, mountOf } from './mount-of.js';

/** How often it is looked whether the directory is still there, ms. */
const LOOK_EVERY_MS = 2000;
/** A look that takes longer tells that the storage hangs, ms. */
const HANGS_AFTER_MS = 5000;

/**
 * Whether the directory that was there at the start still is: the agent never makes it, and never writes where a mount was
 * that is gone, below which everything looks like an empty directory. Tells when it goes away, again while it lasts, and when
 * it is back.
 */
export class DirectoryPresence {
  private device: number | undefined;
  private mount: Mount | undefined;
  private missing: string | undefined;
  private readonly lasting: LastingProblem;
  private readonly returned = new Set<() => void>();
  private cancelLook: CancelTimer | undefined;
  private isClosed = false;

  constructor(
    private readonly wanted: WantedDirectory,
    private readonly clock: Clock,
    private readonly tell: (news: HeraldError) => void,
  ) {
    this.lasting = new LastingProblem(clock);
  }

  /** Looks whether it is what it must be, and remembers where it lies. Rejects with what is wrong with it. */
  async begin(): Promise<void> {
    const { path } = this.wanted;
    const found = await stat(path);
    const fault = await directoryFault(this.wanted, found);
    if (fault !== undefined) throw fault;
    this.device = found.dev;
    this.mount = await mountAt(path);
    this.lookLater();
  }

  /** Rejects with HERALD_HANDOFF_GONE where it is not there; before `begin` nothing is known. */
  async check(): Promise<void> {
    if (this.device === undefined) return;
    const missing = await this.whyMissing();
    this.learn(missing);
    if (missing !== undefined) throw this.gone(missing);
  }

  /** Calls `back` each time that it is there again. Returns the way to stop. */
  onBack(back: () => void): () => void {
    this.returned.add(back);
    return () => this.returned.delete(back);
  }

  close(): void {
    this.isClosed = true;
    this.cancelLook?.();
    this.returned.clear();
  }

  private lookLater(): void {
    if (!this.isClosed) this.cancelLook = this.clock.setTimer(LOOK_EVERY_MS, () => void this.look());
  }

  /** One look at a time, however long it hangs. */
  private async look(): Promise<void> {
    const late = this.clock.setTimer(HANGS_AFTER_MS, () =>
      this.learn(`its storage did not answer within ${HANGS_AFTER_MS} ms`),
    );
    const missing = await this.whyMissing();
    late();
    if (this.isClosed) return;
    this.learn(missing);
    this.lookLater();
  }

  private learn(missing: string | undefined): void {
    const was = this.missing;
    this.missing = missing;
    if (missing !== undefined) {
      if (was !== undefined && was !== missing) this.lasting.over();
      if (this.lasting.isNews()) this.tell(this.gone(missing));
    } else if (was !== undefined) {
      this.lasting.over();
      const { path } = this.wanted;
      this.tell(
        new HeraldError('HERALD_HANDOFF_BACK', `the hand-off directory ${path} is back, and is used again`, {
          details: { directory: path },
        }),
      );
      for (const back of this.returned) back();
    }
  }

  private async whyMissing(): Promise<string | undefined> {
    let found: Stats;
    try {
      found = await stat(this.wanted.path);
    } catch (error) {
      return errnoOf(error) === 'ENOENT' ? 'it is not there' : `${errnoOf(error) ?? String(error)}`;
    }
    if (!found.isDirectory()) return 'something that is no directory is in its place';
    if (found.dev === this.device) return undefined;
    // another file system: it was mounted again in the same place, or this is what lies below
    const now = await mountAt(this.wanted.path);
    if (now?.point !== this.mount?.point) {
      return `what was mounted at ${this.mount?.point ?? '/'} is not, and below it is another directory`;
    }
    const fault = await directoryFault(this.wanted, found);
    if (fault !== undefined) return fault.message;
    this.device = found.dev;
    return undefined;
  }

  private gone(missing: string): HeraldError {
    const { path } = this.wanted;
    return new HeraldError(
      'HERALD_HANDOFF_GONE',
      `the hand-off directory ${path} went away: ${missing}. Nothing is written or read there until it is back; look at its mount`,
      { details: { directory: path } },
    );
  }
}

/** Absent where the system does not tell. */
const mountAt = async (path: string): Promise<Mount | undefined> => {
  try {
    return mountOf(await realpath(path), await readFile('/proc/self/mountinfo', 'utf8'));
  } catch {
    return undefined;
  }
};
