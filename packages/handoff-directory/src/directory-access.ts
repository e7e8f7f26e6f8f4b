import { asHeraldError } from '@nic-herald/core';
import type { DirectoryPresence } from './directory-presence.js';
import { errnoOf } from './errno-of.js';
import { unlessAborted } from './unless-aborted.js';

/** What is done with the directory, for a message. */
type Purpose = 'used' | 'read' | 'written';

/** The directory itself, apart from what is in it: whatever fails on it is HERALD_HANDOFF_DIRECTORY, or HERALD_HANDOFF_GONE. */
export class DirectoryAccess {
  constructor(
    private readonly directory: string,
    private readonly presence: DirectoryPresence,
  ) {}

  /** Does work on the directory, and ends with the signal's reason as soon as that aborts. */
  async during<T>(purpose: Purpose, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    try {
      return await unlessAborted(purpose === 'read' ? this.checked(work) : work(), signal);
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

  /** Before something is written, when its turn has come. Rejects with HERALD_HANDOFF_GONE. */
  async check(): Promise<void> {
    await this.presence.check();
  }

  private async checked<T>(work: () => Promise<T>): Promise<T> {
    await this.check();
    return work();
  }

  private problem(purpose: Purpose, found: string): string {
    return (
      `the hand-off directory ${this.directory} cannot be ${purpose}: ${found}. It must be a directory that this ` +
      'agent can read and write, and it is never made by one; look at its rights and its mount, or name another'
    );
  }
}
