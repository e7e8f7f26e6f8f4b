import type { MigrationStatus } from '../commands/migration-status.js';

/** Where a guest stands, as it was seen. */
export interface Standing {
  readonly runState: string;
  readonly migration: MigrationStatus;
  /** When it was asked, ms since 1970 UTC. */
  readonly askedAt: number;
}
