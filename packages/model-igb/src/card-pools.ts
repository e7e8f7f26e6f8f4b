import type { PoolRegisters, ReceiveRegisters } from './receive-registers.js';

const MRQC_VMDQ = 1 << 0; // every mode with pools is an odd one
const VT_CTL_DEFAULT_POOL_SHIFT = 7;
const VT_CTL_NO_DEFAULT_POOL = 1 << 29;
const VMOLR_AUPE = 1 << 24; // the pool takes untagged frames
const VLVF_ENABLE = 0x8000_0000;
const RAH_POOL_SHIFT = 18;

/** A set of pools: bit p is pool p. */
export type PoolSet = number;

/**
 * Which pool takes what, where the guest has made virtual functions of the card. Each has a pool with its own MACs and
 * VLANs, and the card itself has the one behind them. All of them are behind one port of the host.
 */
export interface CardPools {
  /** The pools of the card itself: that of its own MAC, and the one that gets what no other takes. */
  readonly own: PoolSet;
  readonly receiving: PoolSet;
  readonly untagged: PoolSet;
  /** Pools of the VLANs that belong to any, by VID. */
  readonly vlans: ReadonlyMap<number, PoolSet>;
  /** Where there is a pool for what no other takes, its bit, else 0. */
  readonly default: PoolSet;
}

/** Whether the card has pools. Without them QEMU looks at no pool bit, and neither at VLVF, VMOLR and VFRE. */
export const hasPools = ({ mrqc }: ReceiveRegisters): boolean => (mrqc & MRQC_VMDQ) !== 0;

/** Reads the pools of a card that has them. Every value of its registers gives a legal result. */
export const cardPools = (registers: ReceiveRegisters, { vfre, vmolr, vlvf }: PoolRegisters): CardPools => {
  const { vtCtl, addresses } = registers;
  const byDefault =
    (vtCtl & VT_CTL_NO_DEFAULT_POOL) === 0 ? 1 << ((vtCtl >>> VT_CTL_DEFAULT_POOL_SHIFT) & 7) : 0;
  const vlans = new Map<number, PoolSet>();
  for (const entry of vlvf) {
    const vid = entry & 0xfff;
    if ((entry & VLVF_ENABLE) !== 0) vlans.set(vid, (vlans.get(vid) ?? 0) | ((entry >>> 12) & 0xff));
  }
  const pools = {
    receiving: vfre & 0xff,
    untagged: [...vmolr].reduce((set, word, pool) => set | ((word & VMOLR_AUPE) === 0 ? 0 : 1 << pool), 0),
    vlans,
    default: byDefault,
  };
  return { ...pools, own: byDefault | poolsOfAddress(addresses[0]?.high ?? 0, byDefault) };
};

/** The pools of a receive address by its RAH: bits 18 to 25. One without any is left to the default pool. */
export const poolsOfAddress = (high: number, byDefault: PoolSet): PoolSet =>
  (high >>> RAH_POOL_SHIFT) & 0xff || byDefault;

/** The pools of a VLAN that VFTA lists. One without a pool is left to the default pool: Linux gives its own VLANs none. */
export const poolsOfVlan = (pools: CardPools, vid: number): PoolSet => pools.vlans.get(vid) ?? pools.default;
