import type { E1000Kind } from '@nic-herald/model-e1000';
import { type ContractValues, fakeDevice } from '@nic-herald/testkit';
import { recordedValues } from './recorded-values.js';

const BAR = 0xfebc_0000;
const full = Array.from({ length: 15 }, (_, n) => `52:54:00:aa:00:${(n + 1).toString(16).padStart(2, '0')}`);

/** The registers beside those of the receive filter: multicast hash, and what lies between the tables. */
const around = {
  ...{ 252: 0x0004_8002, 260: 0x0004_800a },
  ...{ 21496: 0xee00_5452, 21500: 0x8000_0100, 21632: 0xee00_5452, 21636: 0x8000_0200 },
  ...{ 22012: 0x0000_00f0, 22528: 0x0000_00f0 },
};

/** A card by its registers: offsets from BAR 0, as the 8254x manual has them. */
const card = (type: E1000Kind, registers: Readonly<Record<number, number>>) => () =>
  fakeDevice({
    type,
    regions: [{ bar: 0, kind: 'memory', address: BAR, size: 0x2_0000 }],
    memory: Object.fromEntries(
      Object.entries({ ...around, ...registers }).map(([offset, word]) => [BAR + Number(offset), word]),
    ),
  });

/** RAL and RAH of 52:54:00:aa:00:01 to :0f in all entries behind the first. */
const fullTable = Object.fromEntries(
  full.flatMap((_, n) => [
    [0x5408 + n * 8, 0xaa00_5452],
    [0x540c + n * 8, 0x8000_0000 + (n + 1) * 0x100],
  ]),
);

/** What cards of registers hold that no recording has. */
const registerValues = (kind: E1000Kind): ContractValues => ({
  'another own MAC and 15 others': {
    device: card(kind, { 256: 0x0004_8002, 21504: 0xcc00_5452, 21508: 0x8000_0100, ...fullTable }),
    currentMac: '52:54:00:cc:00:01',
    unicast: full,
    vlans: [],
    incomplete: [],
  },
  'an entry that is no longer valid': {
    device: card(kind, {
      ...{ 256: 0x0004_8002, 21504: 0x0000_5452, 21508: 0x8000_0100 },
      ...{ 21512: 0xaa00_5452, 21516: 0x8000_0100, 21520: 0xaa00_5452, 21524: 0x0000_0200 },
    }),
    currentMac: '52:54:00:00:00:01',
    unicast: ['52:54:00:aa:00:01'],
    vlans: [],
    incomplete: [],
  },
  'VLANs at the ends of words and of the table': {
    device: card(kind, {
      ...{ 256: 0x0004_8002, 21504: 0x0000_5452, 21508: 0x8000_0100 },
      ...{ 22016: 0x8000_0003, 22020: 0x0000_0001, 22524: 0xc000_0000 },
    }),
    currentMac: '52:54:00:00:00:01',
    unicast: [],
    vlans: [1, 31, 32, 4094],
    incomplete: [],
  },
});

/** What e1000 and e1000e cards hold: recorded ones as the probes found them, and cards of registers. */
export const e1000Values: Readonly<Record<E1000Kind, ContractValues>> = {
  e1000: {
    'eight macvlans': recordedValues('e1000-macvlan'),
    'eight macvlans that were migrated': recordedValues('e1000-macvlan', {}, 'destination'),
    'four VLANs': recordedValues('e1000-vlan'),
    'four VLANs that were migrated': recordedValues('e1000-vlan', {}, 'destination'),
    ...registerValues('e1000'),
  },
  e1000e: {
    'eight macvlans': recordedValues('e1000e-macvlan', { incomplete: ['vlan-filter-off'] }),
    ...registerValues('e1000e'),
  },
};
