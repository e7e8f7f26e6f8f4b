import { type DeviceRegion, isHeraldError, parseState } from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BAR,
  bar0,
  deviceWith,
  EN,
  entries,
  entry,
  fullWords,
  functionsGuest,
  MRQC,
  macs,
  model,
  options,
  own,
  plain,
  RA,
  RCTL,
  type Registers,
  VFE,
  VFRE,
  VFTA,
  VLVF,
  VMOLR,
  viewOf,
  vlanGuest,
} from '../test/played-igb.js';

describe('what cannot be read', () => {
  it.each<[string, readonly DeviceRegion[], string]>([
    ['no PCI device', [], 'HERALD_DEVICE_UNREADABLE'],
    ['no BAR 0', [{ ...bar0, bar: 1 }], 'HERALD_DEVICE_UNREADABLE'],
    ['BAR 0 of ports', [{ ...bar0, kind: 'io' }], 'HERALD_DEVICE_UNREADABLE'],
    ['a BAR 0 too small for the registers', [{ ...bar0, size: 0x5d00 }], 'HERALD_DEVICE_UNREADABLE'],
    ['an address between words', [{ ...bar0, address: BAR + 2 }], 'HERALD_DEVICE_UNREADABLE'],
    ['an address that is no number', [{ ...bar0, address: Number.NaN }], 'HERALD_DEVICE_UNREADABLE'],
    [
      'a BAR that the guest has not mapped',
      [{ bar: 0, kind: 'memory', size: 0x2_0000 }],
      'HERALD_NIC_NOT_ENABLED',
    ],
  ])('%s', async (_, regions, code) => {
    const device = deviceWith(vlanGuest, { regions });
    await expect(model.capture(device, options)).rejects.toMatchObject({ code });
    expect(device.asked).toEqual([]);
  });

  it.each<[string, Registers, (words: readonly Uint32Array[]) => readonly Uint32Array[], string]>([
    ['nothing came back', vlanGuest, () => [], 'HERALD_DEVICE_UNREADABLE'],
    ['a part came back', vlanGuest, (words) => words.slice(1), 'HERALD_DEVICE_UNREADABLE'],
    [
      'a short run came back',
      vlanGuest,
      (words) => words.map((each) => (each.length === 264 ? each.slice(1) : each)),
      'HERALD_DEVICE_UNREADABLE',
    ],
    [
      'a short run of its pools came back',
      functionsGuest,
      (words) => words.map((each) => (each.length === 32 ? each.slice(1) : each)),
      'HERALD_DEVICE_UNREADABLE',
    ],
    [
      'no device answered',
      vlanGuest,
      (words) => words.map((each) => each.fill(0xffff_ffff)),
      'HERALD_DEVICE_UNREADABLE',
    ],
    ['the receiver is off and no MAC is set', {}, (words) => words, 'HERALD_NIC_NOT_ENABLED'],
  ])('%s', async (_, registers, answer, code) => {
    await expect(model.capture(deviceWith(registers, { answer }), options)).rejects.toMatchObject({
      code,
      message: expect.stringContaining('nic0') as string,
    });
  });

  it('passes on why the hypervisor does not answer', async () => {
    const broken = { ...deviceWith({}), readWords: () => Promise.reject(new Error('gone')) };
    await expect(model.capture(broken, options)).rejects.toThrow('gone');
  });
});

describe('what the registers say', () => {
  const seen = { currentMac: '52:54:00:00:00:01', unicast: [], multicast: [], vlans: [], reasons: [] };

  it.each<[string, Registers, object]>([
    [
      'a MAC that the guest changed, and a VLAN',
      vlanGuest,
      { ...seen, currentMac: '52:54:00:cc:00:01', vlans: [10] },
    ],
    [
      'as many MACs as the card lists, in both runs of entries',
      { ...plain, ...own, ...entries(23, 0xaa00_5452) },
      { ...seen, unicast: macs(23, '52:54:00:aa:00') },
    ],
    [
      '23 multicast MACs, the most',
      { ...plain, ...own, ...entries(23, 0x0000_3333) },
      { ...seen, multicast: macs(23, '33:33:00:00:00') },
    ],
    [
      'one MAC more than the card lists: Linux lists what fits and wants all',
      { ...plain, ...own, ...entries(23, 0xaa00_5452), [RCTL]: EN | VFE | 0x8 },
      { ...seen, unicast: macs(23, '52:54:00:aa:00'), reasons: ['promiscuous'] },
    ],
    [
      'a bridge in the guest: promiscuous, VLAN filter off, VLANs 10 and 20 listed',
      { ...plain, ...own, [RCTL]: 0x0400_803a, [VFTA]: 0x0010_0401 },
      { ...seen, vlans: [10, 20], reasons: ['promiscuous', 'vlan-filter-off'] },
    ],
    ['every multicast: says nothing about stations', { ...plain, ...own, [RCTL]: EN | VFE | 0x10 }, seen],
    [
      'a card that is switched off',
      { ...own, [VFRE]: 0xff, [VMOLR]: 0x8000_2600 },
      { ...seen, reasons: ['receiver-off', 'vlan-filter-off'] },
    ],
    ['an entry without the valid bit', { ...plain, ...own, ...entry(1, 0xaa00_5452, 1, 0x4_0000) }, seen],
    ['a zero entry', { ...plain, ...own, [RA + 12]: 0x8004_0000 }, seen],
    [
      'bits beside the valid bit are no part of the MAC',
      { ...plain, ...own, ...entry(1, 0xaa00_5452, 1, 0xffff_0000) },
      { ...seen, unicast: ['52:54:00:aa:00:01'] },
    ],
    [
      'pool bits do not matter without pools',
      {
        ...plain,
        ...own,
        ...entry(1, 0xaa00_5452, 1, 0x8000_0000),
        ...entry(16, 0xaa00_5452, 2, 0x8200_0000),
      },
      { ...seen, unicast: ['52:54:00:aa:00:01', '52:54:00:aa:00:02'] },
    ],
    [
      'a MAC twice, and the own MAC again',
      { ...plain, ...own, ...entry(1, 0xaa00_5452, 1), ...entry(17, 0xaa00_5452, 1), ...entry(2, 0x5452, 1) },
      { ...seen, unicast: ['52:54:00:aa:00:01'] },
    ],
    [
      'a group address as the own MAC: the primary stands',
      { ...plain, ...entry(0, 0x0000_3333, 1) },
      { ...seen, currentMac: undefined },
    ],
    [
      'what lies between and behind the runs of entries is no MAC',
      {
        ...{ ...plain, ...own },
        ...{ 21632: 0xee00_5452, 21636: 0x8004_0100, 21720: 0xee00_5452, 21724: 0x8004_0100 },
        ...{ 21792: 0xee00_5452, 21796: 0x8004_0100 },
      },
      seen,
    ],
    [
      'the first and the last VLAN, without 0 and 4095',
      { ...plain, ...own, [VFTA]: 0x3, [VFTA + 127 * 4]: 0xc000_0000 },
      { ...seen, vlans: [1, 4094] },
    ],
    [
      '512 VLANs, the most that is a list',
      { ...plain, ...own, ...fullWords(1, 16) },
      { ...seen, vlans: Array.from({ length: 512 }, (_, n) => n + 32) },
    ],
    [
      '513 VLANs',
      { ...plain, ...own, ...fullWords(1, 16), [VFTA]: 0x2 },
      { ...seen, vlans: 'unknown', reasons: ['vlan-table-full'] },
    ],
    [
      'an outer tag on every frame: the table is of inner VLANs',
      { ...vlanGuest, [0x18]: 0x0400_0000 },
      { ...seen, currentMac: '52:54:00:cc:00:01', vlans: 'unknown', reasons: ['vlan-outer-tagged'] },
    ],
  ])('%s', async (_, registers, expected) => {
    const view: Record<string, unknown> = { currentMac: undefined, ...(await viewOf(registers)) };
    expect(view).toEqual(expected);
  });

  it('reads three runs, and three more where the card has pools: no register that a read could change', async () => {
    const own3 = [
      { address: BAR + 0x18, words: 1 },
      { address: BAR + 0x100, words: 1 },
      { address: BAR + 0x5400, words: 264 },
    ];
    const without = deviceWith(vlanGuest);
    await model.capture(without, options);
    expect(without.asked).toEqual(own3);
    const withPools = deviceWith(functionsGuest);
    await model.capture(withPools, options);
    expect(withPools.asked).toEqual([
      ...own3,
      { address: BAR + 0xc8c, words: 1 },
      { address: BAR + 0x5ad0, words: 8 },
      { address: BAR + 0x5d00, words: 32 },
    ]);
  });
});

it('gives a legal state and view for any registers', async () => {
  const word = fc.oneof(
    fc.integer({ min: 0, max: 0xffff_ffff }),
    fc.constantFrom(0, 0x8000_0000, 0xffff_ffff, 0x8004_0000),
  );
  const run = (length: number) => fc.array(word, { minLength: 0, maxLength: length });
  const read = fc.record({ ctrlExt: word, rctl: word, mrqc: word, filter: run(264), pools: run(41) });
  await fc.assert(
    fc.asyncProperty(read, async ({ ctrlExt, rctl, mrqc, filter, pools }) => {
      const at = (base: number, words: readonly number[]): Registers =>
        Object.fromEntries(words.map((each, n) => [base + n * 4, each]));
      const registers = {
        ...{ [0x18]: ctrlExt, [RCTL]: rctl },
        ...at(RA, filter),
        ...{ [MRQC]: mrqc, ...at(VFRE, pools.slice(0, 1)) },
        ...at(VMOLR, pools.slice(1, 9)),
        ...at(VLVF, pools.slice(9)),
      };
      const captured = await model.capture(deviceWith(registers), options).catch((error: unknown) => error);
      if (captured instanceof Error) {
        expect(isHeraldError(captured) && captured.code).toMatch(
          /^HERALD_(DEVICE_UNREADABLE|NIC_NOT_ENABLED)$/,
        );
        return;
      }
      const parsed = parseState(model.state, JSON.parse(JSON.stringify(captured)));
      expect(parsed).toEqual({ value: captured });
      if ('issues' in parsed) return;
      const view = model.filter(parsed.value);
      expect(view.unicast.every(MacAddress.isStationAddress)).toBe(true);
      expect(view.multicast.every(MacAddress.isGroup)).toBe(true);
      expect(view.unicast.length + view.multicast.length).toBeLessThanOrEqual(model.limits.shared ?? 0);
      expect((view.exact ?? []).every(({ mac }) => view.unicast.includes(mac))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

describe('a state from another host', () => {
  it.each<[string, object]>([
    ['a million stations', { unicast: new Array(1_000_000).fill('52:54:00:00:00:02') }],
    ['a million stations of functions', { pooled: new Array(1_000_000).fill({ mac: '52:54:00:dd:00:01' }) }],
    ['24 unicast MACs', { unicast: macs(24, '52:54:00:00:00'), multicast: [], pooled: [] }],
    ['24 multicast MACs', { unicast: [], multicast: macs(24, '33:33:00:00:00'), pooled: [] }],
    [
      '24 MACs of both kinds',
      { unicast: macs(12, '52:54:00:00:00'), multicast: macs(12, '33:33:00:00:00'), pooled: [] },
    ],
    ['a group MAC among the stations', { unicast: ['01:00:5e:00:00:01'], pooled: [] }],
    ['a station among the groups', { multicast: ['52:54:00:00:00:02'] }],
    ['a zero own MAC', { ownMac: '00:00:00:00:00:00' }],
    ['513 VLANs', { vlans: Array.from({ length: 513 }, (_, n) => n + 1) }],
    ['VLAN 0', { vlans: [0] }],
    ['VLAN 4095', { vlans: [4095] }],
    ['a function on VLAN 4095', { pooled: [{ mac: '52:54:00:dd:00:01', vlan: 4095 }] }],
    ['a function whose MAC is not listed', { pooled: [{ mac: '52:54:00:ee:00:01' }] }],
    ['a function with a group MAC', { pooled: [{ mac: '33:33:00:00:00:01' }] }],
    ['text for a flag', { vlanFilterOn: 'on' }],
    ['a missing member', { receiverOn: undefined }],
  ])('with %s is refused', async (_, wrong) => {
    const state = await model.capture(deviceWith(functionsGuest), options);
    const parsed = parseState(model.state, { ...state, ...wrong });
    expect('issues' in parsed && parsed.issues.length).toBeGreaterThan(0);
  });

  it.each([
    [23, 0],
    [0, 23],
    [11, 12],
  ])('with %i unicast and %i multicast MACs is read', async (unicast, multicast) => {
    const state = await model.capture(deviceWith(vlanGuest), options);
    const full = {
      ...state,
      unicast: macs(unicast, '52:54:00:00:00'),
      multicast: macs(multicast, '33:33:00:00:00'),
    };
    expect(parseState(model.state, full)).toEqual({ value: full });
  });
});
