import type { LibvirtCase } from '../libvirt-case.js';
import { attachments } from './attachments.js';
import { brokenOffMigrations } from './broken-off-migrations.js';
import { cleanTraffic } from './clean-traffic.js';
import { hotPlugged } from './hot-plugged.js';
import { killedDaemons } from './killed-daemons.js';
import { resumedUnheard } from './resumed-unheard.js';
import { savedGuests } from './saved-guests.js';
import { waysToMigrate } from './ways-to-migrate.js';

/** Every scenario, in the order in which they run. */
export const libvirtCases: readonly LibvirtCase[] = [
  ...waysToMigrate,
  ...brokenOffMigrations,
  ...killedDaemons,
  resumedUnheard,
  ...savedGuests,
  hotPlugged,
  ...attachments,
  cleanTraffic,
];
