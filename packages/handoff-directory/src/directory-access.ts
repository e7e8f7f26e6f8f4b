import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { asHeraldError, HeraldError } from '@nic-herald/core';
import { errnoOf } from './errno-of.js';
import { unlessAborted } from './unless-aborted.js';

/** What is done with the directory, for a message. */
type Purpose = 'used' | 'read' | 'written';

/** The directory itself, apart from what is in it: whatever fails on it is HERALD_HANDOFF_DIRECTORY. */
export class DirectoryAccess {
  constructor(private readonly directory: string) {}

  /** Makes the directory where it is missing, and refuses one that this agent cannot use or everybody can write to. */
  async claim(): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const { mode } = await stat(this.directory);
    if ((mode & 0o002) !== 0) {
      throw new HeraldError(
        'HERALD_HANDOFF_DIRECTORY',
        this.problem('used', 'everybody can write to it (take that away with chmod o-w)'),
        { details: { directory: this.directory } },
      );
    }
    await access(this.directory, constants.R_OK | constants.W_OK | constants.X_OK);
  }

  /** Does work on the directory, and ends with the signal's reason as soon as that aborts. */
  async during<T>(purpose: Purpose, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    try {
      return await unlessAborted(work(), signal);
    } catch (error) {
      signal.throwIfAborted();
      throw asHeraldError(
        error,
        'HERALD_HANDOFF_DIRECTORY',
        this.problem(purpose, errnoOf(error) ?? String(error)),
        { directory: this.directory },
      );
    }
  }

  private problem(purpose: Purpose, found: string): string {
    return (
      `the hand-off directory ${this.directory} cannot be ${purpose}: ${found}. It must be a directory that this ` +
      'agent can read and write; look at its rights and its mount, or name another'
    );
  }
}
