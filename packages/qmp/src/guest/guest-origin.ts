import type { GuestOrigin } from '@nic-herald/core';
import { isIncoming, type MigrationStatus } from '../commands/migration-status.js';

/** What is known of where a guest came from. */
export interface OriginClues {
  /** QEMU's run state. */
  readonly runState: string;
  readonly migration: MigrationStatus;
  /** It is, or was just now, the secondary of a COLO pair. */
  readonly mirrors: boolean;
  /** QEMU was started to wait for a guest; `undefined` where its command line cannot be read. */
  readonly startedToWait: boolean | undefined;
}

/**
 * How QEMU came by its guest. QEMU tells it while it waits and as long as no migration out of it was tried:
 * `query-migrate` says `completed` without a source's statistics for one that came in, and nothing for one that was
 * booted. After that it tells of the outgoing one alone, and the command line must do.
 */
export const guestOriginOf = ({
  runState,
  migration,
  mirrors,
  startedToWait,
}: OriginClues): GuestOrigin | undefined => {
  if (runState === 'inmigrate' || mirrors || isIncoming(migration)) return 'incoming';
  if (migration.status === undefined || migration.status === 'none') return 'boot';
  if (startedToWait === undefined) return undefined;
  return startedToWait ? 'incoming' : 'boot';
};
