import { readFileSync } from 'node:fs';
import { type ContractValues, fakeDevice, recordedCard } from '@nic-herald/testkit';
import { recordedValues } from './recorded-values.js';

const BAR = 0xfebc_0000;

/** What `nic-herald record` wrote of a live card: QEMU 10.0.13, a Linux 6.1 guest. */
const recorded = (name: string) => () =>
  recordedCard(
    JSON.parse(readFileSync(new URL(`card-recordings/${name}.json`, import.meta.url), 'utf8')) as unknown,
  );

/** The registers beside those of the receive filter: interrupts, multicast hash, what lies between and behind the tables. */
const around = {
  ...{ 192: 0x8000_0004, 256: 0x0004_8002, 5504: 0x0000_0001, 20992: 0x0001_0000, 22552: 0x0037_0002 },
  ...{ 21632: 0xee00_5452, 21636: 0x8004_0100, 21720: 0xee00_5452, 21724: 0x8004_0200 },
  ...{ 21792: 0xee00_5452, 21796: 0x8004_0300, 22012: 0x0000_00f0, 22528: 0x0000_00f0 },
};

/** A card by its registers: offsets from BAR 0, as the 82576 datasheet has them. */
const card = (registers: Readonly<Record<number, number>>) => () =>
  fakeDevice({
    type: 'igb',
    regions: [{ bar: 0, kind: 'memory', address: BAR, size: 0x2_0000 }],
    memory: Object.fromEntries(
      Object.entries({ ...around, ...registers }).map(([offset, word]) => [BAR + Number(offset), word]),
    ),
  });

const full = Array.from({ length: 23 }, (_, n) => `52:54:00:aa:00:${(n + 1).toString(16).padStart(2, '0')}`);

/** RAL and RAH of 52:54:00:aa:00:01 to :17 in all entries behind the first: 15 from 0x5408 on, 8 from 0x54e0 on. */
const fullTable = Object.fromEntries(
  full.flatMap((_, n) => {
    const at = n < 15 ? 0x5408 + n * 8 : 0x54e0 + (n - 15) * 8;
    return [
      [at, 0xaa00_5452],
      [at + 4, 0x8004_0000 + (n + 1) * 0x100],
    ];
  }),
);

/** What igb cards hold: recorded ones as the guest had them, and cards of registers. */
export const igbValues: ContractValues = {
  'eight macvlans': recordedValues('igb-macvlan'),
  'eight macvlans that were migrated': recordedValues('igb-macvlan', {}, 'destination'),
  'four VLANs': recordedValues('igb-vlan'),
  'four VLANs that were migrated': recordedValues('igb-vlan', {}, 'destination'),
  'a recorded card with two virtual functions': {
    device: recorded('igb-two-functions'),
    currentMac: '52:54:00:cc:00:01',
    unicast: ['52:54:00:dd:00:01', '52:54:00:dd:00:02'],
    vlans: [10],
    exact: [
      { mac: '52:54:00:dd:00:01' },
      { mac: '52:54:00:dd:00:01', vlan: 30 },
      { mac: '52:54:00:dd:00:02', vlan: 20 },
    ],
    incomplete: [],
  },
  'a recorded card with more macvlans than it lists': {
    device: recorded('igb-24-macvlans'),
    currentMac: '52:54:00:00:00:01',
    unicast: full,
    vlans: [],
    incomplete: ['promiscuous'],
  },
  'another own MAC and 23 others': {
    device: card({ 21504: 0xcc00_5452, 21508: 0x8004_0100, ...fullTable }),
    currentMac: '52:54:00:cc:00:01',
    unicast: full,
    vlans: [],
    incomplete: [],
  },
  'an entry that is no longer valid': {
    device: card({
      ...{ 21504: 0x0000_5452, 21508: 0x8004_0100 },
      ...{ 21512: 0xaa00_5452, 21516: 0x8004_0100, 21520: 0xaa00_5452, 21524: 0x0004_0200 },
    }),
    currentMac: '52:54:00:00:00:01',
    unicast: ['52:54:00:aa:00:01'],
    vlans: [],
    incomplete: [],
  },
  'VLANs at the ends of words and of the table': {
    device: card({
      ...{ 21504: 0x0000_5452, 21508: 0x8004_0100 },
      ...{ 22016: 0x8000_0003, 22020: 0x0000_0001, 22524: 0xc000_0000 },
    }),
    currentMac: '52:54:00:00:00:01',
    unicast: [],
    vlans: [1, 31, 32, 4094],
    incomplete: [],
  },
};
