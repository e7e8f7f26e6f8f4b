import { describe, expect, it } from 'vitest';
import {
  EN,
  entry,
  fullWords,
  functionsGuest,
  functionsView,
  RCTL,
  type Registers,
  VFRE,
  VFTA,
  VLVF,
  VT_CTL,
  viewOf,
} from '../test/played-igb.js';

describe('virtual functions', () => {
  it.each<[string, Registers, object]>([
    ['each on its VLANs, and the card on its own', functionsGuest, functionsView],
    [
      'that have no MAC yet',
      { ...functionsGuest, ...entry(22, 0, 0, 0), ...entry(23, 0, 0, 0) },
      { ...functionsView, unicast: [], exact: [] },
    ],
    [
      'that do not receive: their MACs are no stations',
      { ...functionsGuest, [VFRE]: 0xfd },
      { ...functionsView, unicast: ['52:54:00:dd:00:01'], exact: functionsView.exact.slice(1) },
    ],
    [
      'on a VLAN that the table does not list any more',
      { ...functionsGuest, [VFTA]: 0x0010_0401 },
      { ...functionsView, exact: functionsView.exact.slice(0, 2) },
    ],
    [
      'on a VLAN whose entry is off: it is left to the card',
      { ...functionsGuest, [VLVF + 30 * 4]: 0x0000_101e },
      { ...functionsView, vlans: [10, 30], exact: functionsView.exact.slice(0, 2) },
    ],
    [
      'that share a VLAN with the card',
      { ...functionsGuest, [VLVF + 30 * 4]: 0x8000_501e },
      { ...functionsView, vlans: [10, 30] },
    ],
    [
      'a second MAC of the card is on any of its VLANs, and one without a pool is too',
      {
        ...functionsGuest,
        ...entry(1, 0xaa00_5452, 1, 0x8010_0000),
        ...entry(2, 0xaa00_5452, 2, 0x8000_0000),
      },
      { ...functionsView, unicast: ['52:54:00:aa:00:01', '52:54:00:aa:00:02', ...functionsView.unicast] },
    ],
    [
      'a MAC in two entries has the pools of both',
      { ...functionsGuest, ...entry(21, 0xdd00_5452, 2, 0x8004_0000) },
      {
        ...functionsView,
        exact: [
          { mac: '52:54:00:dd:00:02' },
          { mac: '52:54:00:dd:00:02', vlan: 20 },
          { mac: '52:54:00:dd:00:02', vlan: 30 },
          ...functionsView.exact.slice(1),
        ],
      },
    ],
    [
      'no pool for what no other takes: a VLAN without a pool reaches nobody',
      { ...functionsGuest, [VT_CTL]: 0x6000_0100 },
      { ...functionsView, vlans: [] },
    ],
    [
      "the card's own pool does not receive",
      { ...functionsGuest, [VFRE]: 0xfb },
      { ...functionsView, reasons: ['receiver-off'] },
    ],
    [
      'a card that takes every VLAN: its functions are on all of them, too',
      { ...functionsGuest, [RCTL]: EN },
      { ...functionsView, exact: undefined, reasons: ['vlan-filter-off'] },
    ],
    [
      'a bridge on the card: Linux lists every VLAN',
      { ...functionsGuest, [RCTL]: 0x0404_803a, ...fullWords(0, 128) },
      { ...functionsView, vlans: 'unknown', reasons: ['promiscuous', 'vlan-table-full'] },
    ],
    [
      'an outer tag on every frame',
      { ...functionsGuest, [0x18]: 0x1400_4000 },
      { ...functionsView, vlans: 'unknown', exact: undefined, reasons: ['vlan-outer-tagged'] },
    ],
  ])('%s', async (_, registers, expected) => {
    const view: Record<string, unknown> = { exact: undefined, ...(await viewOf(registers)) };
    expect(view).toEqual(expected);
  });
});
