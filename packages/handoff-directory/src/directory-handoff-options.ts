import {
  LEAST_ENTRY_BYTES,
  type OptionsSchema,
  optionsSchema,
  textOption,
  wholeNumberOption,
} from '@nic-herald/core';

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

/** Checks the options, and fills in their defaults. */
export const directoryHandoffOptions: OptionsSchema<Required<DirectoryHandoffOptions>> = optionsSchema({
  directory: textOption({ what: 'the path of a directory', most: 4096 }),
  maxFileBytes: wholeNumberOption({ least: LEAST_ENTRY_BYTES, most: 64 * 1024 * 1024, usual: 1024 * 1024 }),
  maxEntries: wholeNumberOption({ least: 1, most: 1_000_000, usual: 10_000 }),
  pollMs: wholeNumberOption({ least: 10, most: 60_000, usual: 250 }),
});
