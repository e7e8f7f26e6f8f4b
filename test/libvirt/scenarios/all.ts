import type { LibvirtCase } from '../libvirt-case.js';
import { waysToMigrate } from './ways-to-migrate.js';

/** Every scenario, in the order in which they run. */
export const libvirtCases: readonly LibvirtCase[] = [...waysToMigrate];
