import { HeraldError } from '@nic-herald/core';

/** Says that the storage has another time than this host, by how much, and what that means. */
export const clockWarning = (directory: string, aheadMs: number): HeraldError => {
  const seconds = (Math.abs(aheadMs) / 1000).toFixed(1);
  return new HeraldError(
    'HERALD_HANDOFF_CLOCK',
    `the clock of the storage of ${directory} is ${seconds} s ${aheadMs < 0 ? 'behind' : 'ahead of'} this host's: ` +
      'the age of each hand-off is corrected by that. Set the clocks of the storage and of every host by NTP',
    { details: { directory, aheadMs: Math.round(aheadMs) } },
  );
};
