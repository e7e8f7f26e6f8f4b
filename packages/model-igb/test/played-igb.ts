import { deepStrictEqual } from 'node:assert/strict';
import {
  type DeviceInspector,
  type DeviceRegion,
  type NicDescriptor,
  parseState,
  type WordRange,
} from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import { IgbModel } from '../src/igb-model.js';

export const model = new IgbModel();
export const options: { readonly signal: AbortSignal } = { signal: new AbortController().signal };
export const BAR = 0xfeba_0000;
export const bar0: DeviceRegion = { bar: 0, kind: 'memory', address: BAR, size: 0x2_0000 };

export const nicOfType = (type: string): NicDescriptor => ({
  id: 'nic0',
  type,
  primaryMac: MacAddress.of('52:54:00:00:00:01'),
});

/** Registers by their offset from BAR 0, all others zero. */
export type Registers = Readonly<Record<number, number>>;

export interface FakeCard extends DeviceInspector {
  readonly asked: WordRange[];
}

/** Answers reads from `registers`; `answer` may spoil what is answered. */
export const deviceWith = (
  registers: Registers,
  {
    regions = [bar0],
    answer = (words) => words,
  }: {
    readonly regions?: readonly DeviceRegion[];
    readonly answer?: (words: readonly Uint32Array[]) => readonly Uint32Array[];
  } = {},
): FakeCard => {
  const asked: WordRange[] = [];
  return {
    asked,
    nic: nicOfType('igb'),
    hypervisor: { name: 'QEMU', version: '10.0.13' },
    receiveFilter: () => Promise.reject(new Error('QEMU has no receive-filter report for this card')),
    regions: () => Promise.resolve(regions),
    readWords: (ranges) => {
      asked.push(...ranges);
      const words = ranges.map(({ address, words: count }) =>
        Uint32Array.from({ length: count }, (_, n) => registers[address - BAR + n * 4] ?? 0),
      );
      return Promise.resolve(answer(words));
    },
    property: () => Promise.reject(new Error('no property is needed')),
  };
};

export const viewOf = async (registers: Registers) => {
  const state = await model.capture(deviceWith(registers), options);
  deepStrictEqual(parseState(model.state, JSON.parse(JSON.stringify(state))), { value: state });
  const { incomplete, ...view } = model.filter(state);
  return { ...view, reasons: incomplete.map(({ reason }) => reason) };
};

export const RCTL = 0x100;
export const RA = 0x5400;
export const RA2 = 0x54e0;
export const VFTA = 0x5600;
export const MRQC = 0x5818;
export const VT_CTL = 0x581c;
export const VFRE = 0xc8c;
export const VMOLR = 0x5ad0;
export const VLVF = 0x5d00;

export const EN = 0x2;
export const VFE = 0x4_0000;
export const plain: Registers = { [RCTL]: EN | VFE, [MRQC]: 0x0037_0002 };
/** 52:54:00:00:00:01 as the card's own MAC, as Linux writes it. */
export const own: Registers = { [RA]: 0x0000_5452, [RA + 4]: 0x8004_0100 };

/** A receive address with a last byte: entries 0 to 15 stand in RA, 16 to 23 in RA2. */
export const entry = (index: number, low: number, last: number, bits = 0x8004_0000): Registers => {
  const at = index < 16 ? RA + index * 8 : RA2 + (index - 16) * 8;
  return { [at]: low, [at + 4]: (bits | (last << 8)) >>> 0 };
};

export const entries = (count: number, low: number): Registers =>
  Object.assign({}, ...Array.from({ length: count }, (_, n) => entry(n + 1, low, n + 1))) as Registers;

export const macs = (count: number, prefix: string): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}:${(n + 1).toString(16).padStart(2, '0')}`);

/** QEMU 10.0.13, a Linux 6.1 guest that changed its MAC and has VLAN 10. */
export const vlanGuest: Registers = {
  ...plain,
  ...entry(0, 0xcc00_5452, 1),
  [VFTA]: 0x401,
  [VMOLR]: 0xcb01_0600,
};

/**
 * The same guest with two virtual functions, whose driver it runs too: one with VLAN 30 on it, one that the card puts on VLAN
 * 20. The card itself is pool 2.
 */
export const functionsGuest: Registers = {
  [0x18]: 0x1000_4000,
  [RCTL]: 0x0404_8022,
  ...entry(0, 0xcc00_5452, 1, 0x8010_0000),
  ...entry(22, 0xdd00_5452, 2, 0x8008_0000),
  ...entry(23, 0xdd00_5452, 1, 0x8004_0000),
  [VFTA]: 0x4010_0401,
  [MRQC]: 0x0037_0003,
  [VT_CTL]: 0x4000_0100,
  [VFRE]: 0xff,
  ...{ [VMOLR]: 0xcb01_05f2, [VMOLR + 4]: 0xca01_05f2, [VMOLR + 8]: 0xcb01_0600, [VMOLR + 12]: 0x8000_2600 },
  ...{ [VLVF]: 0x8000_5000, [VLVF + 30 * 4]: 0x8000_101e, [VLVF + 31 * 4]: 0x8000_2014 },
};
/** What a card is shown as: its own side, and the stations of its functions. */
export const functionsView = {
  currentMac: '52:54:00:cc:00:01',
  unicast: ['52:54:00:dd:00:02', '52:54:00:dd:00:01'],
  multicast: [],
  vlans: [10],
  exact: [
    { mac: '52:54:00:dd:00:02', vlan: 20 },
    { mac: '52:54:00:dd:00:01' },
    { mac: '52:54:00:dd:00:01', vlan: 30 },
  ],
  reasons: [],
};

/** VLAN filter words of all ones. */
export function fullWords(first: number, count: number): Registers {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [VFTA + (first + n) * 4, 0xffff_ffff]));
}
