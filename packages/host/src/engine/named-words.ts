import {
  type DeviceRegion,
  HeraldError,
  MAX_NAMED_WORDS,
  type NicDescriptor,
  type WordRange,
} from '@nic-herald/core';
import type { NamedWords } from '@nic-herald/core/internal';

const MAX_BAR = 6;
const MAX_COUNT = 1024;
const WORD = 4;

/** Throws HERALD_RECORD_WORDS, which names the run, for one that can be in no card, and for too many. */
export const checkNamedWords = (all: readonly NamedWords[]): void => {
  if (all.length > MAX_NAMED_WORDS) {
    throw refused(`${all.length} runs of words were named; at most ${MAX_NAMED_WORDS} are read at once`);
  }
  for (const words of all) {
    const { bar, offset, count } = words;
    const fault =
      (!isWithin(bar, 0, MAX_BAR) && `BAR must be a whole number from 0 to ${MAX_BAR}`) ||
      (!(isWithin(offset, 0, Number.MAX_SAFE_INTEGER) && offset % WORD === 0) &&
        `OFFSET must be a multiple of ${WORD}, from 0`) ||
      (!isWithin(count, 1, MAX_COUNT) && `COUNT must be a whole number from 1 to ${MAX_COUNT}`);
    if (fault !== false)
      throw refused(`${wordsLabel(words)} is no run of words (BAR:OFFSET:COUNT): ${fault}`);
  }
};

const isWithin = (value: number, least: number, most: number): boolean =>
  Number.isSafeInteger(value) && value >= least && value <= most;

/**
 * Where a run of words lies in the guest's memory; `undefined` while the guest has not mapped the region. Throws
 * HERALD_RECORD_WORDS where the card has no such memory.
 */
export const rangeOf = (
  words: NamedWords,
  nic: NicDescriptor,
  regions: readonly DeviceRegion[],
): WordRange | undefined => {
  const { bar, offset, count } = words;
  const region = regions.find((each) => each.bar === bar);
  if (region?.kind !== 'memory' || offset + count * WORD > region.size) {
    const has = regions.map((each) => `BAR ${each.bar} (${each.kind}, ${each.size} bytes)`).join(', ');
    throw refused(
      `${wordsLabel(words)} is in no memory region of ${nic.id} (${nic.type}), which has ${has || 'no regions'}`,
    );
  }
  return region.address === undefined ? undefined : { address: region.address + offset, words: count };
};

/** As it is given on a command line: `0:0x5400:32`. */
export const wordsLabel = ({ bar, offset, count }: NamedWords): string =>
  `${bar}:0x${offset.toString(16)}:${count}`;

const refused = (message: string): HeraldError => new HeraldError('HERALD_RECORD_WORDS', message);
