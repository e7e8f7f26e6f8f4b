import { HeraldError } from '@nic-herald/core';

/** Says that not all of a directory is looked at. */
export const tooManyWarning = (directory: string, maxEntries: number): HeraldError =>
  new HeraldError(
    'HERALD_HANDOFF_TOO_MANY',
    `${directory} holds more than ${maxEntries} snapshots, the others are not looked at: remove those of guests ` +
      'that are gone, or raise maxEntries',
    { details: { directory, maxEntries } },
  );
