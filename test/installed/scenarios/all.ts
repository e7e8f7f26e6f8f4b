import type { InstalledCase } from '../installed-case.js';
import { installedAndRemoved } from './installed-and-removed.js';
import { serviceLife } from './service-life.js';
import { twoVersions } from './two-versions.js';

export const installedCases: readonly InstalledCase[] = [installedAndRemoved, serviceLife, twoVersions];
