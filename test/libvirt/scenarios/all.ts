import type { LibvirtCase } from '../libvirt-case.js';
import { brokenOffMigrations } from './broken-off-migrations.js';
import { killedDaemons } from './killed-daemons.js';
import { waysToMigrate } from './ways-to-migrate.js';

/** Every scenario, in the order in which they run. */
export const libvirtCases: readonly LibvirtCase[] = [
  ...waysToMigrate,
  ...brokenOffMigrations,
  ...killedDaemons,
];
