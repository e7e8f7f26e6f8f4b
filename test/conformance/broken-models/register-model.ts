import { HeraldError, type NicModel } from '@nic-herald/core';
import {
  type ContractValues,
  fakeDevice,
  type NicModelContractOptions,
  type NicValues,
} from '@nic-herald/testkit';
import { MacAddress } from '@nic-herald/wire';
import { type SampleState, sound } from './sample-model.js';

const BAR = 0xfebc_0000;
const REGISTERS = 0x200;
const ENTRIES = 4;

/** Where a model believes the registers of the card to be, and what it makes of them. */
interface Layout {
  /** Offset of the address table: the own MAC first, then the others. */
  readonly table: number;
  readonly entries: number;
  /** Bytes from one entry to the next. */
  readonly stride: number;
  /** The bits of the second word that mark an entry as valid; 0: every entry that is not zero counts. */
  readonly valid: number;
  /** The six bytes of a MAC from the two words of its entry. */
  readonly bytes: (low: number, high: number) => readonly number[];
  /** Offset of the VLAN table, of two words: VLAN v is bit v % 32 of word v / 32. */
  readonly vlans: number;
  /** The VLAN of a bit. */
  readonly vlan: (bit: number) => number;
}

/** Where they are. */
const RIGHT: Layout = {
  table: 0x40,
  entries: ENTRIES,
  stride: 8,
  valid: 0x8000_0000,
  bytes: (low, high) => [low, low >>> 8, low >>> 16, low >>> 24, high, high >>> 8],
  vlans: 0x100,
  vlan: (bit) => bit,
};

/** A model of a card of registers that believes in a layout. */
const registerModel = (layout: Layout): NicModel<SampleState> => ({
  ...sound,
  limits: { unicast: ENTRIES - 1, multicast: 0, vlans: 64 },
  capture: async (device, options) => {
    const address = (await device.regions(options)).find(({ bar }) => bar === 0)?.address;
    if (address !== BAR) throw new HeraldError('HERALD_DEVICE_UNREADABLE', `${device.nic.id} has no BAR 0`);
    const ranges = [{ address, words: REGISTERS / 4 }];
    const [words] = await device.readWords(ranges, options);
    if (words?.length !== REGISTERS / 4) {
      throw new HeraldError('HERALD_DEVICE_UNREADABLE', `${device.nic.id} gave too few words`);
    }
    return stateOf(layout, (offset) => words[offset / 4] ?? 0);
  },
  filter: (state) => ({
    ...sound.filter(state),
    ...(state.own === undefined ? {} : { currentMac: MacAddress.of(state.own) }),
  }),
});

const stateOf = (layout: Layout, wordAt: (offset: number) => number): SampleState => {
  const macs = Array.from({ length: layout.entries }, (_, entry) => {
    const offset = layout.table + entry * layout.stride;
    const [low, high] = [wordAt(offset), wordAt(offset + 4)];
    if (layout.valid !== 0 && (high & layout.valid) === 0) return undefined;
    const mac = MacAddress.fromBytes(Uint8Array.from(layout.bytes(low, high)));
    return typeof mac === 'string' && MacAddress.isStationAddress(mac) ? mac : undefined;
  });
  const bits = Array.from({ length: 64 }, (_, bit) => bit);
  const vlans = bits.filter((bit) => wordAt(layout.vlans + (bit >>> 5) * 4) & (1 << (bit & 31)));
  const [own, ...others] = macs;
  return {
    ...(own === undefined ? {} : { own }),
    macs: others.filter((mac) => mac !== undefined),
    vlans: vlans.map(layout.vlan).filter((vlan) => vlan > 0 && vlan < 4095),
  };
};

/** Other registers lie around those that count: what is read from them is a MAC too, or a VLAN. */
const AROUND: Readonly<Record<number, number>> = {
  [BAR + 0x38]: 0xee00_5452,
  [BAR + 0x3c]: 0x8000_0100,
  [BAR + 0x60]: 0xee00_5452,
  [BAR + 0x64]: 0x8000_0200,
  [BAR + 0xfc]: 0x0000_0f00,
};

const card = (memory: Readonly<Record<number, number>>) => () =>
  fakeDevice({
    type: 'sample-nic',
    regions: [{ bar: 0, kind: 'memory', address: BAR, size: REGISTERS }],
    memory: { ...AROUND, ...memory },
  });

const full = card({
  ...{ [BAR + 0x40]: 0xcc00_5452, [BAR + 0x44]: 0x8000_0100 },
  ...{ [BAR + 0x48]: 0xaa00_5452, [BAR + 0x4c]: 0x8000_0100 },
  ...{ [BAR + 0x50]: 0xaa00_5452, [BAR + 0x54]: 0x8000_0200 },
  ...{ [BAR + 0x58]: 0xaa00_5452, [BAR + 0x5c]: 0x8000_0300 },
  ...{ [BAR + 0x100]: 0x0000_0400, [BAR + 0x104]: 0x0000_0001 },
});
const removed = card({
  ...{ [BAR + 0x40]: 0x0000_5452, [BAR + 0x44]: 0x8000_0100 },
  ...{ [BAR + 0x48]: 0xaa00_5452, [BAR + 0x4c]: 0x8000_0100 },
  ...{ [BAR + 0x50]: 0xaa00_5452, [BAR + 0x54]: 0x0000_0200 },
});

/** A card all of whose entries are in use. */
export const FULL_CARD: NicValues = {
  device: full,
  currentMac: '52:54:00:cc:00:01',
  unicast: ['52:54:00:aa:00:01', '52:54:00:aa:00:02', '52:54:00:aa:00:03'],
  vlans: [10, 32],
  incomplete: [],
};

/** A card with an entry that is no longer valid, and its primary MAC as its own. */
export const REMOVED_CARD: NicValues = {
  device: removed,
  currentMac: '52:54:00:00:00:01',
  unicast: ['52:54:00:aa:00:01'],
  vlans: [],
};

/** The contract of the model that believes in another layout in one thing. */
export const registerContractOf = (
  over: Partial<Layout> = {},
  values: ContractValues = { 'a full card': FULL_CARD, 'a card of which a MAC was removed': REMOVED_CARD },
): NicModelContractOptions<SampleState> => ({
  model: () => registerModel({ ...RIGHT, ...over }),
  cards: { 'a full card': full, 'a card of which a MAC was removed': removed },
  values,
  limitMs: 200,
});

/** A model of registers in which nothing is broken. */
export const soundRegisterModel = registerContractOf();
