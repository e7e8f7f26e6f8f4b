import { macOfWords, type WordRange } from '@nic-herald/core';
import { listedVlans, vlansOfBits } from '@nic-herald/core/internal';
import { MacAddress } from '@nic-herald/wire';
import type { E1000State } from './e1000-state.js';

// Read Intel's "PCI/PCI-X Family of Gigabit Ethernet Controllers Software Developer's Manual" (8254x), section
// 13.4 and 13.5, and the 82574 datasheet, section 10.2.5, before editing. Offsets are bytes from BAR 0.
const RCTL = 0x0100;
const RECEIVE_ADDRESSES = 0x5400;
const VLAN_FILTER_TABLE = 0x5600;
const END = 0x5800;

const RCTL_EN = 1 << 1; // receiver enabled
const RCTL_UPE = 1 << 3; // unicast promiscuous
const RCTL_MPE = 1 << 4; // multicast promiscuous
const RCTL_VFE = 1 << 18; // VLAN filter in use
const RAH_AV = 0x8000_0000; // address valid

/** Receive address registers: 16 pairs, the first of which holds the card's own MAC. */
const RECEIVE_ADDRESS_COUNT = 16;
/** Bytes of BAR 0 that must be there to read the registers below. */
export const REGISTERS_END = END;

/**
 * Where the filter is, in two reads: RCTL, and one run of 256 words from the receive addresses to the end of
 * the VLAN filter table. What lies between them (0x5480 to 0x55ff) reads as zero and has no side effect in
 * QEMU's e1000 and e1000e; measured on 7.2.22. One run is half the time of two, and of one moment.
 */
export const registerRanges = (barAddress: number): readonly [WordRange, WordRange] => [
  { address: barAddress + RCTL, words: 1 },
  { address: barAddress + RECEIVE_ADDRESSES, words: (END - RECEIVE_ADDRESSES) / 4 },
];

/** The registers as they were read. Any 32-bit values: the guest wrote them. */
export interface ReceiveRegisters {
  readonly rctl: number;
  /** 256 words from 0x5400 to 0x57ff. */
  readonly filter: Uint32Array;
}

/** Takes what was read for `registerRanges` apart. */
export const receiveRegisters = ([rctl, filter]: readonly [Uint32Array, Uint32Array]): ReceiveRegisters => ({
  rctl: rctl[0] ?? 0,
  filter,
});

/** Reads the registers into the state. Every value of theirs gives a legal state. */
export const stateOfRegisters = ({ rctl, filter }: ReceiveRegisters): E1000State => {
  const [first, ...others] = Array.from({ length: RECEIVE_ADDRESS_COUNT }, (_, entry) =>
    receiveAddress(filter, entry),
  );
  const own = first !== undefined && MacAddress.isStationAddress(first) ? first : undefined;
  const secondary = [...new Set(others.filter((mac) => mac !== undefined))];
  return {
    ...(own === undefined ? {} : { ownMac: own }),
    receiverOn: (rctl & RCTL_EN) !== 0,
    unicastPromiscuous: (rctl & RCTL_UPE) !== 0,
    multicastPromiscuous: (rctl & RCTL_MPE) !== 0,
    vlanFilterOn: (rctl & RCTL_VFE) !== 0,
    unicast: secondary.filter((mac) => MacAddress.isStationAddress(mac) && mac !== own),
    multicast: secondary.filter(MacAddress.isGroup),
    vlans: listedVlans(vlansOfBits(filter.subarray((VLAN_FILTER_TABLE - RECEIVE_ADDRESSES) / 4))),
  };
};

/** Entry `entry` of RAL/RAH, where it is valid. */
const receiveAddress = (filter: Uint32Array, entry: number): MacAddress | undefined => {
  const high = filter[entry * 2 + 1] ?? 0;
  return (high & RAH_AV) === 0 ? undefined : macOfWords(filter[entry * 2] ?? 0, high);
};
