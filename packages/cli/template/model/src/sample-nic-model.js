// @ts-check
/** @import { DeviceInspector, FilterView, NicDescriptor, NicLimits, NicModel } from '@nic-herald/core' */
import { HeraldError } from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import * as z from 'zod';

// Change these to your card's. Only read registers that have no side effect.
const TYPE = 'sample-nic-type';
const BAR = 1;
const MAC_REGISTER = 0x00; // 6 bytes: two little-endian words

/** What is handed from host to host: plain JSON, bounded. Another host wrote it, so it is checked. */
const state = z.object({
  mac: z
    .string()
    .max(17)
    .transform((text, context) => {
      const mac = MacAddress.parse(text);
      if (mac !== undefined && MacAddress.isStationAddress(mac)) return mac;
      context.addIssue('must be the MAC of a station');
      return z.NEVER;
    })
    .optional(),
});

/** @typedef {z.infer<typeof state>} SampleNicState */

/**
 * The NIC model of sample-nic-type: reads which MAC the guest has given the card.
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
  limits = { unicast: 0, multicast: 0, vlans: 0 };
  state = state;

  /** @param {{ readonly pollMs: number }} options */
  constructor({ pollMs }) {
    this.changes = { pollMs };
  }

  /** @param {NicDescriptor} nic */
  matches(nic) {
    return nic.type === TYPE;
  }

  /**
   * @param {DeviceInspector} device
   * @param {{ readonly signal: AbortSignal }} options
   * @returns {Promise<SampleNicState>}
   */
  async capture(device, options) {
    const address = await registers(device, options);
    const [words] = await device.readWords([{ address: address + MAC_REGISTER, words: 2 }], options);
    if (words?.length !== 2) throw unreadable(device.nic, 'its MAC was not read');
    const [low = 0, high = 0] = words;
    const bytes = Uint8Array.of(low, low >>> 8, low >>> 16, low >>> 24, high, high >>> 8);
    const mac = MacAddress.fromBytes(bytes);
    return typeof mac === 'string' && MacAddress.isStationAddress(mac) ? { mac } : {};
  }

  /**
   * @param {SampleNicState} state
   * @returns {FilterView}
   */
  filter({ mac }) {
    return {
      ...(mac === undefined ? {} : { currentMac: mac }),
      unicast: [],
      multicast: [],
      vlans: 'unknown',
      incomplete: [
        {
          reason: 'own-mac-only',
          meaning: 'only the own MAC is read from this card; others must be learned',
        },
      ],
    };
  }
}

/**
 * Where the guest has mapped the card's registers.
 *
 * @param {DeviceInspector} device
 * @param {{ readonly signal: AbortSignal }} options
 */
const registers = async (device, options) => {
  const bar = (await device.regions(options)).find((region) => region.bar === BAR);
  if (bar?.kind !== 'memory' || bar.size < MAC_REGISTER + 8) {
    throw unreadable(device.nic, `it has no registers at BAR ${BAR}`);
  }
  if (bar.address === undefined) {
    throw new HeraldError('HERALD_NIC_NOT_ENABLED', `the guest has not enabled ${device.nic.id} yet`);
  }
  if (!Number.isSafeInteger(bar.address) || bar.address < 0 || bar.address % 4 !== 0) {
    throw unreadable(device.nic, `BAR ${BAR} is said to be at ${bar.address}`);
  }
  return bar.address;
};

/**
 * @param {NicDescriptor} nic
 * @param {string} found
 */
const unreadable = (nic, found) =>
  new HeraldError('HERALD_DEVICE_UNREADABLE', `${nic.id} (${nic.type}) cannot be read: ${found}`);
