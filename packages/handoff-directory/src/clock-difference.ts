/** What one write tells of two clocks, each in ms since 1970 UTC. */
export interface Stamp {
  /** This host's, before it was asked for. */
  readonly before: number;
  /** The storage's, on the file. */
  readonly stored: number;
  /** This host's, once it was done. */
  readonly after: number;
}

/** How far the storage's clock is ahead of this host's, ms: somewhere between the two, both below 0 where it is behind. */
export interface ClockDifference {
  readonly least: number;
  readonly most: number;
}

/** What a stamp tells: the file was stamped at some moment while the write took, and nobody knows at which. */
export const differenceOf = ({ before, stored, after }: Stamp): ClockDifference => ({
  least: stored - Math.max(before, after), // the host's clock may have been set back meanwhile
  most: stored - Math.min(before, after),
});

/** What two measurements tell together. Where they contradict each other a clock was set: the later one counts. */
export const narrowed = (known: ClockDifference, measured: ClockDifference): ClockDifference => {
  const least = Math.max(known.least, measured.least);
  const most = Math.min(known.most, measured.most);
  return least <= most ? { least, most } : measured;
};

/** The difference that there is at least, ms: 0 where the clocks may be the same, or nothing was measured. */
export const correctionOf = (difference: ClockDifference | undefined): number => {
  if (difference === undefined) return 0;
  if (difference.least > 0) return difference.least;
  return Math.min(difference.most, 0);
};
