import type { InstalledCase } from '../installed-case.js';
import { installedAndRemoved } from './installed-and-removed.js';

export const installedCases: readonly InstalledCase[] = [installedAndRemoved];
