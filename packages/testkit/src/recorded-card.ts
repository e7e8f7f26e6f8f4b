import { type DeviceInspector, type DeviceRegion, HeraldError, type WordRange } from '@nic-herald/core';
import { fakeDevice } from './fake-device.js';
import { parseCardRecording, type RecordedCardOptions } from './parse-card-recording.js';

/**
 * The card of a recording that `nic-herald record` wrote, for `values` and `cards` of a model's tests: give what
 * `JSON.parse` makes of the file. Throws HERALD_RECORDING_INVALID, which names the member, where that is none. Unlike those
 * of a `fakeDevice`, words that were not recorded are not zero: a read of them rejects with HERALD_DEVICE_UNREADABLE,
 * which says how to record them.
 */
export const recordedCard = (recording: unknown): DeviceInspector => {
  const card = parseCardRecording(recording);
  const device = fakeDevice(card);
  return {
    ...device,
    readWords: async (ranges, options) => {
      const missing = firstMissing(ranges, card);
      if (missing !== undefined && !options.signal.aborted) throw notRecorded(missing, card);
      return device.readWords(ranges, options);
    },
  };
};

/** The first address within a mapped region of which nothing is known; others are the fake device's to refuse. */
const firstMissing = (
  ranges: readonly WordRange[],
  { memory, regions }: RecordedCardOptions,
): { readonly address: number; readonly region: DeviceRegion } | undefined => {
  for (const { address, words } of ranges) {
    for (let at = address; at < address + Math.min(words, MAX_WORDS) * WORD; at += WORD) {
      const region = regions.find((each) => isWithin(each, at));
      if (memory[at] === undefined && region !== undefined) return { address: at, region };
    }
  }
  return undefined;
};

const WORD = 4;
const MAX_WORDS = 1024;

const isWithin = ({ kind, address, size }: DeviceRegion, at: number): boolean =>
  kind === 'memory' && address !== undefined && at >= address && at + WORD <= address + size;

const notRecorded = (
  {
    address,
    region: { bar, address: from = 0 },
  }: { readonly address: number; readonly region: DeviceRegion },
  { id, type }: RecordedCardOptions,
): HeraldError => {
  const offset = `0x${(address - from).toString(16)}`;
  return new HeraldError(
    'HERALD_DEVICE_UNREADABLE',
    `the recording of ${id ?? 'the card'} (${type}) has no word at ${offset} of BAR ${bar}: record it again with --words ${bar}:${offset}:COUNT`,
  );
};
