// @ts-check
/** @import { DeviceInspector, FilterView, NicDescriptor, NicLimits, NicModel } from '@nic-herald/core' */
import { readRegisters, registerAddress } from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import * as z from 'zod';
import { bytesOf, card } from './sample-nic-card.js';

const station = z
  .string()
  .max(17)
  .transform((text, context) => {
    const mac = MacAddress.parse(text);
    if (mac !== undefined && MacAddress.isStationAddress(mac)) return mac;
    context.addIssue('must be the MAC of a station');
    return z.NEVER;
  });

/** What is handed from host to host: plain JSON, bounded. Another host wrote it, so it is checked. */
const state = z.object({
  own: station.optional(),
  // counted before it is looked at
  others: z
    .array(z.unknown())
    .max(card.entries - 1)
    .pipe(z.array(station)),
});

/** @typedef {z.infer<typeof state>} SampleNicState */

/**
 * The NIC model of sample-nic-type: reads which MACs the guest has given the card.
 *
 * @implements {NicModel<SampleNicState>}
 */
export class SampleNicModel {
  /** Names the state in snapshots: never change it. */
  name = 'sample-nic';
  /**
   * What the card can hold besides its own MAC; nothing more is ever taken from it.
   *
   * @type {NicLimits}
   */
  limits = { unicast: card.entries - 1, multicast: 0, vlans: 0 };
  state = state;

  /** @param {{ readonly pollMs: number }} options */
  constructor({ pollMs }) {
    this.changes = { pollMs };
  }

  /** @param {NicDescriptor} nic */
  matches(nic) {
    return nic.type === card.type;
  }

  /**
   * @param {DeviceInspector} device
   * @param {{ readonly signal: AbortSignal }} options
   * @returns {Promise<SampleNicState>}
   */
  async capture(device, options) {
    const bar = await registerAddress(device, { bar: card.bar, bytes: card.table + TABLE_BYTES }, options);
    const table = { address: bar + card.table, words: TABLE_BYTES / 4 };
    const [words] = await readRegisters(device, [table], options);
    const [own, ...others] = Array.from({ length: card.entries }, (_, entry) => macOf(words, entry));
    return {
      ...(own === undefined ? {} : { own }),
      others: [...new Set(others)].flatMap((mac) => (mac === undefined || mac === own ? [] : [mac])),
    };
  }

  /**
   * TO FILL IN: what it means. Say what you do not know in `incomplete`: a promiscuous card, a receiver that is off.
   *
   * @param {SampleNicState} state
   * @returns {FilterView}
   */
  filter({ own, others }) {
    return {
      ...(own === undefined ? {} : { currentMac: own }),
      unicast: others,
      multicast: [],
      vlans: 'unknown',
      incomplete: [
        {
          reason: 'vlans-not-read',
          meaning: 'no VLANs are read from this card; those in use must be learned',
        },
      ],
    };
  }
}

const TABLE_BYTES = (card.entries - 1) * card.stride + 8;

/**
 * The MAC of an entry that is in use.
 *
 * @param {Uint32Array} words
 * @param {number} entry
 */
const macOf = (words, entry) => {
  const index = (entry * card.stride) / 4;
  const [low = 0, high = 0] = words.subarray(index, index + 2);
  if (card.valid !== 0 && (high & card.valid) === 0) return undefined;
  const mac = MacAddress.fromBytes(bytesOf(low, high));
  return typeof mac === 'string' && MacAddress.isStationAddress(mac) ? mac : undefined;
};
