import type { InstalledCase } from '../installed-case.js';
import { installedAndRemoved } from './installed-and-removed.js';
import { packedTwice } from './packed-twice.js';
import { serviceLife } from './service-life.js';
import { twoVersions } from './two-versions.js';

export const installedCases: readonly InstalledCase[] = [
  installedAndRemoved,
  packedTwice,
  serviceLife,
  twoVersions,
];
