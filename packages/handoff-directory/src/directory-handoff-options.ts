import {
  LEAST_ENTRY_BYTES,
  type OptionsSchema,
  optionsSchema,
  textOption,
  wholeNumberOption,
  yesOrNoOption,
} from '@nic-herald/core';

/** How snapshots are kept in a directory. */
export interface DirectoryHandoffOptions {
  /**
   * The directory that all hosts share. It must be there, belong to the agent's user or to root, and not be everybody's to
   * write to: an agent never makes it, since it would make it where the shared storage is not mounted.
   */
  readonly directory: string;
  /** Largest file that is written or read, bytes, 4096 to 67 108 864. @default 1 048 576 */
  readonly maxFileBytes?: number;
  /** Most files that are looked at, 1 to 1 000 000. @default 10 000 */
  readonly maxEntries?: number;
  /** How often the directory is looked at while a guest is watched, ms, 10 to 60 000. @default 250 */
  readonly pollMs?: number;
  /** Whether it must lie on another file system than `/`, as shared storage does. @default false */
  readonly requireMount?: boolean;
}

/** Checks the options, and fills in their defaults. */
export const directoryHandoffOptions: OptionsSchema<Required<DirectoryHandoffOptions>> = optionsSchema({
  directory: textOption({ what: 'the path of a directory', most: 4096 }),
  maxFileBytes: wholeNumberOption({ least: LEAST_ENTRY_BYTES, most: 64 * 1024 * 1024, usual: 1024 * 1024 }),
  maxEntries: wholeNumberOption({ least: 1, most: 1_000_000, usual: 10_000 }),
  pollMs: wholeNumberOption({ least: 10, most: 60_000, usual: 250 }),
  requireMount: yesOrNoOption(false),
});
