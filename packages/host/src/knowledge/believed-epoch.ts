/** How far an epoch may be ahead of the highest one known: more migrations than that were not missed by anybody. */
const LEAP = 1024;
/** The highest epoch that is believed of whoever says it alone: one a second for 136 years. */
const ALONE = 2 ** 32;

/** The epoch of one entry, and whether it was written lately. */
export interface SaidEpoch {
  readonly epoch: number;
  readonly isFresh: boolean;
}

/**
 * The highest epoch that is believed: from the one known here, or else from the lowest that is said, each next one as
 * long as it is at most 1024 ahead. A number out of all bounds would otherwise be the last that any host could count
 * to. Where nothing is known here, what was written lately says where the counting stands; what lay there for long
 * may be from another time.
 */
export const believedEpoch = (said: readonly SaidEpoch[], known: number): number => {
  const fresh = said.filter(({ isFresh }) => isFresh);
  const lowest = Math.min(...(fresh.length > 0 ? fresh : said).map(({ epoch }) => epoch));
  let highest = known > 0 || lowest > ALONE ? known : lowest;
  for (const epoch of said.map((each) => each.epoch).sort((a, b) => a - b)) {
    if (epoch <= highest + LEAP) highest = Math.max(highest, epoch);
  }
  return Number.isFinite(highest) ? highest : 0;
};
