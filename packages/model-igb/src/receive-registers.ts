import type { WordRange } from '@nic-herald/core';

// Read Intel's 82576 datasheet, sections 7.10.3 (how a frame finds its pool) and 8.10 to 8.14, before editing.
// What of it QEMU does stands in its hw/net/igb_core.c, igb_receive_assign(). Offsets are bytes from BAR 0.
const CTRL_EXT = 0x0018;
const RCTL = 0x0100;
const VFRE = 0x0c8c;
const RECEIVE_ADDRESSES = 0x5400;
const MORE_RECEIVE_ADDRESSES = 0x54e0;
const VLAN_FILTER_TABLE = 0x5600;
const MRQC = 0x5818;
const VT_CTL = 0x581c;
const END = 0x5820;
const VMOLR = 0x5ad0;
const VLVF = 0x5d00;

const POOLS = 8;
const VLVF_ENTRIES = 32;
/** RAL/RAH pairs in two runs: 16 and, further on, 8. Linux fills them from the first on, virtual functions from the last. */
const ADDRESS_RUNS = [
  { offset: RECEIVE_ADDRESSES, entries: 16 },
  { offset: MORE_RECEIVE_ADDRESSES, entries: 8 },
];
/** Bytes of BAR 0 that must be there to read the registers below. */
export const REGISTERS_END = VLVF + VLVF_ENTRIES * 4;

/**
 * Where the filter is, in three reads: CTRL_EXT, RCTL, and one run of 264 words from the receive addresses to VT_CTL, so that
 * addresses and VLANs are of one moment. What lies between them are tables and switches without side effects, or reads as
 * zero (QEMU's igb_macreg_readops). Nothing is read of 0x00c0 to 0x00ff and 0x1500 to 0x15ff, which clear interrupts.
 */
export const registerRanges = (barAddress: number): readonly [WordRange, WordRange, WordRange] => [
  { address: barAddress + CTRL_EXT, words: 1 },
  { address: barAddress + RCTL, words: 1 },
  { address: barAddress + RECEIVE_ADDRESSES, words: (END - RECEIVE_ADDRESSES) / 4 },
];

/** What says which MAC and which VLAN belong to which pool; read only where the card has pools. */
export const poolRanges = (barAddress: number): readonly [WordRange, WordRange, WordRange] => [
  { address: barAddress + VFRE, words: 1 },
  { address: barAddress + VMOLR, words: POOLS },
  { address: barAddress + VLVF, words: VLVF_ENTRIES },
];

/** One receive address: RAL and RAH. */
export interface ReceiveAddress {
  readonly low: number;
  readonly high: number;
}

/** The registers as they were read. Any 32-bit values: the guest wrote them. */
export interface ReceiveRegisters {
  readonly ctrlExt: number;
  readonly rctl: number;
  readonly mrqc: number;
  readonly vtCtl: number;
  /** All 24, in the card's order. */
  readonly addresses: readonly ReceiveAddress[];
  /** VFTA: 128 words. */
  readonly vlanTable: Uint32Array;
}

/** The registers of the pools as they were read. */
export interface PoolRegisters {
  /** VFRE: the pools that receive. */
  readonly vfre: number;
  /** VMOLR, one a pool. */
  readonly vmolr: Uint32Array;
  /** VLVF: 32 words. */
  readonly vlvf: Uint32Array;
}

type Runs = readonly [Uint32Array, Uint32Array, Uint32Array];

/** Takes what was read for `registerRanges` apart. */
export const receiveRegisters = ([ctrlExt, rctl, filter]: Runs): ReceiveRegisters => {
  const at = (offset: number): number => filter[(offset - RECEIVE_ADDRESSES) / 4] ?? 0;
  return {
    ctrlExt: ctrlExt[0] ?? 0,
    rctl: rctl[0] ?? 0,
    mrqc: at(MRQC),
    vtCtl: at(VT_CTL),
    addresses: ADDRESS_RUNS.flatMap(({ offset, entries }) =>
      Array.from({ length: entries }, (_, n) => ({ low: at(offset + n * 8), high: at(offset + n * 8 + 4) })),
    ),
    vlanTable: filter.slice((VLAN_FILTER_TABLE - RECEIVE_ADDRESSES) / 4).subarray(0, 128),
  };
};

/** Takes what was read for `poolRanges` apart. */
export const poolRegisters = ([vfre, vmolr, vlvf]: Runs): PoolRegisters => ({
  vfre: vfre[0] ?? 0,
  vmolr,
  vlvf,
});
