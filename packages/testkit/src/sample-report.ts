import type { MigrationReport } from '@nic-herald/core';

/** The report of a migration of `web-1` to host B with nothing to tell of, for tests of who reads reports; `over` replaces parts. */
export const sampleReport = (over: Partial<MigrationReport> = {}): MigrationReport => ({
  format: 1,
  revision: 1,
  guest: { name: 'web-1' },
  host: 'B',
  epoch: 1,
  cause: 'migration',
  outcome: 'announced',
  snapshots: [],
  rounds: [],
  nics: [],
  warnings: [],
  ...over,
});
