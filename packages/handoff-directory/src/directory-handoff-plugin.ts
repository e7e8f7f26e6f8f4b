import {
  CLOCK,
  HANDOFF_STORE,
  HeraldError,
  type HeraldPlugin,
  LEAST_ENTRY_BYTES,
  MIGRATION_EVENT_BUS,
  PLUGIN_CONTRACT,
} from '@nic-herald/core';
import { DirectoryHandoff } from './directory-handoff.js';

/** How snapshots are kept in a directory. */
export interface DirectoryHandoffOptions {
  /** The directory that all hosts share; made with mode 0700 where it is missing. */
  readonly directory: string;
  /** Largest file that is written or read, bytes, 4096 to 67 108 864. @default 1 048 576 */
  readonly maxFileBytes?: number;
  /** Most files that are looked at, 1 to 1 000 000. @default 10 000 */
  readonly maxEntries?: number;
  /** How often the directory is looked at while a guest is watched, ms, 10 to 60 000. @default 250 */
  readonly pollMs?: number;
}

const RANGES = {
  maxFileBytes: { least: LEAST_ENTRY_BYTES, most: 64 * 1024 * 1024, usual: 1024 * 1024 },
  maxEntries: { least: 1, most: 1_000_000, usual: 10_000 },
  pollMs: { least: 10, most: 60_000, usual: 250 },
} as const;

/**
 * The hand-off through a directory that all hosts see: a local one for hosts on one machine, shared storage
 * otherwise. Throws HERALD_HANDOFF_OPTION for an option out of its range.
 */
export const directoryHandoff = (options: DirectoryHandoffOptions): HeraldPlugin => {
  if (options.directory === '' || options.directory.includes('\0')) {
    throw new HeraldError('HERALD_HANDOFF_OPTION', 'hand-off: directory must be the path of a directory');
  }
  const settings = {
    directory: options.directory,
    maxFileBytes: checked('maxFileBytes', options.maxFileBytes),
    maxEntries: checked('maxEntries', options.maxEntries),
    pollMs: checked('pollMs', options.pollMs),
  };
  return {
    name: '@nic-herald/handoff-directory',
    contract: PLUGIN_CONTRACT,
    install(registrar) {
      registrar.contribute(HANDOFF_STORE, {
        factory: (resolver) =>
          new DirectoryHandoff(settings, resolver.get(CLOCK), resolver.get(MIGRATION_EVENT_BUS)),
      });
    },
  };
};

const checked = (option: keyof typeof RANGES, value: number | undefined): number => {
  const { least, most, usual } = RANGES[option];
  if (value === undefined) return usual;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new HeraldError(
    'HERALD_HANDOFF_OPTION',
    `hand-off: ${option} must be a whole number from ${least} to ${most}, got ${String(value)}`,
    { details: { option, least, most, value: String(value) } },
  );
};
