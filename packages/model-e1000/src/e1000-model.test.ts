import {
  ANNOUNCE_HANDLER,
  type Candidate,
  type DeviceInspector,
  type DeviceRegion,
  isHeraldError,
  NIC_MODEL,
  type NicDescriptor,
  parseState,
  stationOf,
  type WordRange,
} from '@nic-herald/core';
import { Scope } from '@nic-herald/core/internal';
import { MacAddress } from '@nic-herald/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { E1000Model } from './e1000-model.js';
import { e1000 } from './e1000-plugin.js';

const model = new E1000Model('e1000');
const options = { signal: new AbortController().signal };
const BAR = 0xfebc_0000;
const bar0: DeviceRegion = { bar: 0, kind: 'memory', address: BAR, size: 0x2_0000 };

const nicOfType = (type: string): NicDescriptor => ({
  id: 'nic0',
  type,
  primaryMac: MacAddress.of('52:54:00:00:00:01'),
});

/** Registers by word index in their range, all others zero. */
interface Registers {
  readonly rctl: number;
  readonly addresses?: Readonly<Record<number, number>>;
  readonly vlans?: Readonly<Record<number, number>>;
}

const imageOf = ({ rctl, addresses = {}, vlans = {} }: Registers): readonly Uint32Array[] => {
  const filter = new Uint32Array(256);
  for (const [index, word] of Object.entries(addresses)) filter[Number(index)] = word;
  for (const [index, word] of Object.entries(vlans)) filter[128 + Number(index)] = word;
  return [Uint32Array.of(rctl), filter];
};

const deviceWith = (
  words: readonly Uint32Array[],
  regions: readonly DeviceRegion[] = [bar0],
): DeviceInspector & { readonly asked: WordRange[] } => {
  const asked: WordRange[] = [];
  return {
    asked,
    nic: nicOfType('e1000'),
    hypervisor: { name: 'QEMU', version: '7.2.22' },
    receiveFilter: () => Promise.reject(new Error('QEMU has no receive-filter report for this card')),
    regions: () => Promise.resolve(regions),
    readWords: (ranges) => {
      asked.push(...ranges);
      return Promise.resolve(words);
    },
    property: () => Promise.reject(new Error('no property is needed')),
  };
};

const viewOf = async (registers: Registers) => {
  const state = await model.capture(deviceWith(imageOf(registers)), options);
  const handedOver = parseState(model.state, JSON.parse(JSON.stringify(state)));
  expect(handedOver).toEqual({ value: state });
  const { incomplete, ...view } = model.filter(state);
  return { ...view, reasons: incomplete.map(({ reason }) => reason) };
};

const EN = 0x2;
const VFE = 0x4_0000;
const plain = EN | VFE;
const valid = 0x8000_0000;
/** 52:54:00:00:00:01 as the card's own MAC. */
const own = { 0: 0x0000_5452, 1: 0x8000_0100 };

/** Receive addresses from entry `first` on; `last` gives the last byte of the n-th. */
const entries = (count: number, low: number, first = 1, last: (n: number) => number = (n) => n) => {
  const words: Record<number, number> = {};
  for (let n = 0; n < count; n += 1) {
    words[2 * (first + n)] = low;
    words[2 * (first + n) + 1] = (valid | (last(n) << 8)) >>> 0;
  }
  return words;
};

/** QEMU 7.2.22, Linux 6.1 guest with eight macvlans on an e1000. */
const macvlanGuest: Registers = {
  rctl: 0x0004_8002,
  addresses: {
    ...own,
    ...entries(8, 0xaa00_5452, 1, (n) => n + 1),
    18: 0x0000_3333,
    19: 0x8000_0100,
    20: 0x005e_0001,
    21: 0x8000_0100,
  },
  vlans: { 0: 0x1 },
};
/** The same with VLANs 10, 20, 300 and 4000 instead. */
const vlanGuest: Registers = {
  rctl: 0x0004_8002,
  addresses: {
    ...own,
    2: 0x0000_3333,
    3: 0x8000_0100,
    4: 0x005e_0001,
    5: 0x8000_0100,
    6: 0x00c2_8001,
    7: 0x8000_2100,
  },
  vlans: { 0: 0x0010_0401, 9: 0x1000, 125: 0x1 },
};
/** QEMU 7.2.22, the macvlans on an e1000e: Linux fills its entries from the end and leaves VFE clear. */
const e1000eGuest: Registers = {
  rctl: 0x0400_8002,
  addresses: {
    ...own,
    ...entries(8, 0xaa00_5452, 7, (n) => 8 - n),
  },
  vlans: { 0: 0x1 },
};
const macvlans = Array.from({ length: 8 }, (_, n) => `52:54:00:aa:00:0${n + 1}`);

describe('what cannot be read', () => {
  it.each<[string, readonly DeviceRegion[], string]>([
    ['no PCI device', [], 'HERALD_DEVICE_UNREADABLE'],
    ['no BAR 0', [{ ...bar0, bar: 1 }], 'HERALD_DEVICE_UNREADABLE'],
    ['BAR 0 of ports', [{ ...bar0, kind: 'io' }], 'HERALD_DEVICE_UNREADABLE'],
    ['a BAR 0 too small for the registers', [{ ...bar0, size: 0x5000 }], 'HERALD_DEVICE_UNREADABLE'],
    ['an address between words', [{ ...bar0, address: BAR + 2 }], 'HERALD_DEVICE_UNREADABLE'],
    ['an address that is no number', [{ ...bar0, address: Number.NaN }], 'HERALD_DEVICE_UNREADABLE'],
    [
      'a BAR that the guest has not mapped',
      [{ bar: 0, kind: 'memory', size: 0x2_0000 }],
      'HERALD_NIC_NOT_ENABLED',
    ],
  ])('%s', async (_, regions, code) => {
    const device = deviceWith(imageOf(macvlanGuest), regions);
    await expect(model.capture(device, options)).rejects.toMatchObject({ code });
    expect(device.asked).toEqual([]);
  });

  it.each<[string, readonly Uint32Array[], string]>([
    ['nothing came back', [], 'HERALD_DEVICE_UNREADABLE'],
    ['half came back', [Uint32Array.of(plain)], 'HERALD_DEVICE_UNREADABLE'],
    ['a short run came back', [Uint32Array.of(plain), new Uint32Array(255)], 'HERALD_DEVICE_UNREADABLE'],
    [
      'no device answered',
      [Uint32Array.of(0xffff_ffff), new Uint32Array(256).fill(0xffff_ffff)],
      'HERALD_DEVICE_UNREADABLE',
    ],
    ['the receiver is off and no MAC is set', imageOf({ rctl: 0 }), 'HERALD_NIC_NOT_ENABLED'],
  ])('%s', async (_, words, code) => {
    await expect(model.capture(deviceWith(words), options)).rejects.toMatchObject({
      code,
      message: expect.stringContaining('nic0') as string,
    });
  });

  it('passes on why the hypervisor does not answer', async () => {
    const broken = { ...deviceWith([]), readWords: () => Promise.reject(new Error('gone')) };
    await expect(model.capture(broken, options)).rejects.toThrow('gone');
  });
});

describe('what the registers say', () => {
  const seen = { currentMac: '52:54:00:00:00:01', unicast: [], multicast: [], vlans: [], reasons: [] };

  it.each<[string, Registers, object]>([
    [
      'eight macvlans on e1000',
      macvlanGuest,
      { ...seen, unicast: macvlans, multicast: ['33:33:00:00:00:01', '01:00:5e:00:00:01'] },
    ],
    [
      'four VLANs on e1000, without VID 0',
      vlanGuest,
      {
        ...seen,
        vlans: [10, 20, 300, 4000],
        multicast: ['33:33:00:00:00:01', '01:00:5e:00:00:01', '01:80:c2:00:00:21'],
      },
    ],
    [
      'eight macvlans on e1000e, from the last entry down; its VLAN filter is off',
      e1000eGuest,
      { ...seen, unicast: macvlans.toReversed(), reasons: ['vlan-filter-off'] },
    ],
    [
      'a card as QEMU resets it',
      { rctl: 0, addresses: own },
      { ...seen, reasons: ['receiver-off', 'vlan-filter-off'] },
    ],
    [
      'a MAC that the guest changed',
      { rctl: plain, addresses: { 0: 0x0000_0002, 1: 0x8000_9900 } },
      { ...seen, currentMac: '02:00:00:00:00:99' },
    ],
    [
      'promiscuous: what is listed is a lower bound',
      { ...vlanGuest, rctl: EN | 0x8 },
      { vlans: [10, 20, 300, 4000], reasons: ['promiscuous', 'vlan-filter-off'] },
    ],
    ['every multicast: says nothing about stations', { rctl: plain | 0x10, addresses: own }, seen],
    ['entries without the valid bit', { rctl: plain, addresses: { ...own, 2: 0xaa00_5452, 3: 0x100 } }, seen],
    ['a zero entry', { rctl: plain, addresses: { ...own, 2: 0, 3: valid } }, seen],
    [
      'bits beside the valid bit are no part of the MAC',
      { rctl: plain, addresses: { ...own, 2: 0xaa00_5452, 3: 0xffff_0100 } },
      { ...seen, unicast: ['52:54:00:aa:00:01'] },
    ],
    [
      'a MAC twice, and the own MAC again',
      {
        rctl: plain,
        addresses: {
          ...own,
          2: 0xaa00_5452,
          3: 0x8000_0100,
          4: 0xaa00_5452,
          5: 0x8000_0100,
          6: 0x0000_5452,
          7: 0x8000_0100,
        },
      },
      { ...seen, unicast: ['52:54:00:aa:00:01'] },
    ],
    [
      'a group address as the own MAC: the primary stands',
      { rctl: plain, addresses: { 0: 0x0000_3333, 1: 0x8000_0100 } },
      { ...seen, currentMac: undefined },
    ],
    [
      '15 secondary unicast MACs, the most',
      { rctl: plain, addresses: { ...own, ...entries(15, 0xaa00_5452) } },
      { ...seen, unicast: Array.from({ length: 15 }, (_, n) => `52:54:00:aa:00:0${n.toString(16)}`) },
    ],
    [
      '15 multicast MACs, the most',
      { rctl: plain, addresses: { ...own, ...entries(15, 0x0000_3333) } },
      { ...seen, multicast: Array.from({ length: 15 }, (_, n) => `33:33:00:00:00:0${n.toString(16)}`) },
    ],
    [
      'the first and the last VLAN, without 0 and 4095',
      { rctl: plain, addresses: own, vlans: { 0: 0x3, 127: 0xc000_0000 } },
      { ...seen, vlans: [1, 4094] },
    ],
    [
      '512 VLANs, the most that is a list',
      {
        rctl: plain,
        addresses: own,
        vlans: Object.fromEntries(Array.from({ length: 16 }, (_, n) => [n + 1, 0xffff_ffff])),
      },
      { ...seen, vlans: Array.from({ length: 512 }, (_, n) => n + 32) },
    ],
    [
      '513 VLANs',
      {
        rctl: plain,
        addresses: own,
        vlans: { 0: 0x2, ...Object.fromEntries(Array.from({ length: 16 }, (_, n) => [n + 1, 0xffff_ffff])) },
      },
      { ...seen, vlans: 'unknown', reasons: ['vlan-table-full'] },
    ],
  ])('%s', async (_, registers, expected) => {
    const view: Record<string, unknown> = { currentMac: undefined, ...(await viewOf(registers)) };
    expect(view).toMatchObject(expected);
  });

  it('reads two short runs and no register that a read could change', async () => {
    const device = deviceWith(imageOf(macvlanGuest));
    await model.capture(device, options);
    expect(device.asked).toEqual([
      { address: BAR + 0x100, words: 1 },
      { address: BAR + 0x5400, words: 256 },
    ]);
  });

  it('gives a legal state and view for any registers', async () => {
    const word = fc.oneof(fc.integer({ min: 0, max: 0xffff_ffff }), fc.constantFrom(0, valid, 0xffff_ffff));
    const words = fc.tuple(word, fc.array(word, { minLength: 0, maxLength: 256 })).map(([rctl, start]) => {
      const filter = new Uint32Array(256);
      filter.set(start);
      return [Uint32Array.of(rctl), filter] as const;
    });
    await fc.assert(
      fc.asyncProperty(words, async (image) => {
        const captured = await model.capture(deviceWith(image), options).catch((error: unknown) => error);
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
        expect(view.unicast.length).toBeLessThanOrEqual(model.limits.unicast);
        expect(view.multicast.length).toBeLessThanOrEqual(model.limits.multicast);
        expect(view.unicast.length + view.multicast.length).toBeLessThanOrEqual(model.limits.shared ?? 0);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a state from another host', () => {
  const macs = (count: number, prefix: string): string[] =>
    Array.from({ length: count }, (_, n) => `${prefix}:00:00:00:${n.toString(16).padStart(2, '0')}`);

  it.each<[string, object]>([
    ['a million stations', { unicast: new Array(1_000_000).fill('52:54:00:00:00:02') }],
    ['16 unicast MACs', { unicast: macs(16, '52:54'), multicast: [] }],
    ['16 multicast MACs', { unicast: [], multicast: macs(16, '33:33') }],
    ['16 MACs of both kinds', { unicast: macs(8, '52:54'), multicast: macs(8, '33:33') }],
    ['a group MAC among the stations', { unicast: ['01:00:5e:00:00:01'] }],
    ['a station among the groups', { multicast: ['52:54:00:00:00:02'] }],
    ['a zero own MAC', { ownMac: '00:00:00:00:00:00' }],
    ['513 VLANs', { vlans: Array.from({ length: 513 }, (_, n) => n + 1) }],
    ['VLAN 0', { vlans: [0] }],
    ['VLAN 4095', { vlans: [4095] }],
    ['text for a flag', { vlanFilterOn: 'on' }],
    ['a missing member', { receiverOn: undefined }],
  ])('with %s is refused', async (_, wrong) => {
    const state = await model.capture(deviceWith(imageOf(macvlanGuest)), options);
    const parsed = parseState(model.state, { ...state, ...wrong });
    expect('issues' in parsed && parsed.issues.length).toBeGreaterThan(0);
  });

  it.each([
    [15, 0],
    [0, 15],
    [7, 8],
  ])('with %i unicast and %i multicast MACs is read', async (unicast, multicast) => {
    const state = await model.capture(deviceWith(imageOf(vlanGuest)), options);
    const full = { ...state, unicast: macs(unicast, '52:54'), multicast: macs(multicast, '33:33') };
    expect(parseState(model.state, full)).toEqual({ value: full });
  });
});

it.each([
  ['e1000', 'e1000'],
  ['e1000-82540em', 'e1000'],
  ['e1000-82544gc', 'e1000'],
  ['e1000-82545em', 'e1000'],
  ['e1000e', 'e1000e'],
  ['igb', undefined],
  ['e1000-base', undefined],
  ['virtio-net-pci', undefined],
])('%s is matched by %s, found through the registrar', (type, name) => {
  const scope = new Scope();
  e1000().install({
    provide: (of, provider) => void scope.register(of, provider),
    contribute: (of, provider) => void scope.register(of, provider),
  });
  const matching = scope.all(NIC_MODEL).filter((each) => each.matches(nicOfType(type)));
  expect(matching.map((each) => each.name)).toEqual(name === undefined ? [] : [name]);
  expect(scope.all(ANNOUNCE_HANDLER).map((each) => each.model)).toEqual(['e1000', 'e1000e']);
});

it('announces each candidate as the policy says', () => {
  const scope = new Scope();
  e1000().install({
    provide: (of, provider) => void scope.register(of, provider),
    contribute: (of, provider) => void scope.register(of, provider),
  });
  const [handler] = scope.all(ANNOUNCE_HANDLER);
  const nic = nicOfType('e1000');
  const station = stationOf(nic.primaryMac);
  const filter = { unicast: [], multicast: [], vlans: [], incomplete: [] };
  const candidates = [{ station, evidence: 'primary' as const }];
  const announcementsFor = (each: Candidate) => [
    { kind: 'one', ...each },
    { kind: 'other', ...each },
  ];
  expect([...(handler?.announcements({ nic, filter, candidates, announcementsFor }) ?? [])]).toEqual([
    { kind: 'one', station, evidence: 'primary' },
    { kind: 'other', station, evidence: 'primary' },
  ]);
});
