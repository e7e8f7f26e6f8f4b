import { macOfWords, type WordRange } from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import type { Rtl8139State } from './rtl8139-state.js';

// Read Realtek's RTL8139C(L)+ data sheet, "Register Descriptions", before editing. Offsets are bytes from BAR 1,
// where the card's registers are memory (BAR 0 has the same as ports). None of those below has a side effect.
const IDR = 0x00; // six bytes: the card's own MAC, in the order they stand in a frame
const RCR = 0x44; // receive configuration

const RCR_AAP = 1 << 0; // accept every unicast frame
const RCR_APM = 1 << 1; // accept frames to the card's own MAC

/** Bytes of BAR 1 that must be there to read the registers. */
export const REGISTERS_END = RCR + 4;

/** Where the registers are: two words of IDR, the last two bytes of which are reserved, and one of RCR. */
export const registerRanges = (barAddress: number): readonly [WordRange, WordRange] => [
  { address: barAddress + IDR, words: 2 },
  { address: barAddress + RCR, words: 1 },
];

/** Reads the words of `registerRanges` into a state. */
export const stateOfRegisters = ([idr, rcr]: readonly [Uint32Array, Uint32Array]): Rtl8139State => {
  const [low = 0, high = 0] = idr;
  const [configuration = 0] = rcr;
  const mac = macOfWords(low, high);
  return {
    ...(mac !== undefined && MacAddress.isStationAddress(mac) ? { ownMac: mac } : {}),
    unicastPromiscuous: (configuration & RCR_AAP) !== 0,
    takesOwnMac: (configuration & RCR_APM) !== 0,
  };
};
