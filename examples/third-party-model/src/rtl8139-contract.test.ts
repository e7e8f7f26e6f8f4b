import { type FakeDeviceOptions, fakeDevice, nicModelContract, testContract } from '@nic-herald/testkit';
import * as vitest from 'vitest';
import { Rtl8139Model } from './rtl8139-model.js';

const BAR = 0xfebf_1000;
const regions = [
  { bar: 0, kind: 'io', address: 0xc000, size: 0x100 },
  { bar: 1, kind: 'memory', address: BAR, size: 0x100 },
] as const;

/** Registers around those that count: the multicast hash behind IDR, TCR before RCR and the timer behind it. */
const around = {
  [BAR + 0x08]: 0xee00_5452,
  [BAR + 0x0c]: 0x0100,
  [BAR + 0x40]: 0xa401,
  [BAR + 0x48]: 0xa401,
};

/** An rtl8139 whose registers were read on QEMU 7.2.22. */
const card = (idr: readonly [number, number], rcr: number, rest: Partial<FakeDeviceOptions> = {}) =>
  fakeDevice({
    type: 'rtl8139',
    regions,
    memory: { ...around, [BAR]: idr[0], [BAR + 4]: idr[1], [BAR + 0x44]: rcr },
    ...rest,
  });

testContract(
  nicModelContract({
    model: () => new Rtl8139Model(),
    cards: {
      'a card as QEMU resets it': () => card([0x0000_5452, 0x0100], 0),
      'a card that Linux drives': () => card([0x0000_5452, 0x0100], 0xa40e),
      'a card with another MAC': () => card([0xcc00_5452, 0x0100], 0xa40e),
      'a card with macvlans': () => card([0x0000_5452, 0x0100], 0xa40f),
    },
    values: {
      'a card with another MAC': {
        device: () => card([0xcc00_5452, 0x0100], 0xa40e),
        currentMac: '52:54:00:cc:00:01',
        unicast: [],
        vlans: 'unknown',
        incomplete: ['vlan-unfiltered'],
      },
      'a card with macvlans': {
        device: () => card([0x0000_5452, 0x0100], 0xa40f),
        currentMac: '52:54:00:00:00:01',
        unicast: [],
        vlans: 'unknown',
        incomplete: ['promiscuous', 'vlan-unfiltered'],
      },
    },
    notEnabled: {
      'a card whose registers the guest has not mapped': () =>
        card([0, 0], 0, { regions: [{ bar: 1, kind: 'memory', size: 0x100 }] }),
    },
  }),
  vitest,
);
