import {
  type DeviceInspector,
  isHeraldError,
  NIC_MODEL,
  type NicDescriptor,
  type NicModel,
  parseState,
} from '@nic-herald/core';
import { Scope } from '@nic-herald/core/internal';
import { MacAddress } from '@nic-herald/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtioNetModel } from './virtio-net-model.js';
import { virtioNet } from './virtio-net-plugin.js';
import type { VirtioNetState } from './virtio-net-state.js';

const model = new VirtioNetModel();
const options = { signal: new AbortController().signal };
const nicOfType = (type: string): NicDescriptor => ({
  id: 'nic0',
  type,
  primaryMac: MacAddress.of('52:54:00:00:00:01'),
});

const deviceReporting = (report: unknown, version = '7.2.22'): DeviceInspector => ({
  nic: nicOfType('virtio-net-pci'),
  hypervisor: { name: 'QEMU', version },
  receiveFilter: () => Promise.resolve(report),
  regions: () => Promise.reject(new Error('virtio-net is not read through its regions')),
  readWords: () => Promise.reject(new Error('virtio-net has no registers to read')),
  property: () => Promise.reject(new Error('virtio-net needs no property')),
});

/** One entry of `query-rx-filter`: QEMU 7.2.22, Linux 6.1 guest with VLANs 10, 20, 300 and 4000 on eth0. */
const vlanGuest = {
  promiscuous: false,
  name: 'nic0',
  'main-mac': '52:54:00:00:00:01',
  unicast: 'normal',
  vlan: 'normal',
  'vlan-table': [4000, 300, 20, 10, 0],
  'unicast-table': [] as string[],
  multicast: 'normal',
  'multicast-overflow': false,
  'unicast-overflow': false,
  'multicast-table': ['01:80:c2:00:00:21', '01:00:5e:00:00:01', '33:33:00:00:00:01'],
  'broadcast-allowed': false,
};
/** The same QEMU and guest with eight macvlans: the table is in the reverse of the guest's order. */
const macvlanGuest = {
  ...vlanGuest,
  'vlan-table': [0],
  'unicast-table': [8, 7, 6, 5, 4, 3, 2, 1].map((n) => `52:54:00:aa:00:0${n}`),
  'multicast-table': ['01:00:5e:00:00:01', '33:33:00:00:00:01'],
};
/** The same QEMU with a guest whose eth0 is a bridge port; the guest's bridge put VLAN 1 into the table. */
const bridgeGuest = {
  ...vlanGuest,
  promiscuous: true,
  multicast: 'all',
  'vlan-table': [1, 0],
  'multicast-table': ['01:00:5e:00:00:01', '33:33:00:00:00:01'],
};
/** The same QEMU waiting for a migration: what a card holds before its driver has said anything. */
const untouchedCard = {
  ...vlanGuest,
  promiscuous: true,
  vlan: 'all',
  'vlan-table': Array.from({ length: 4096 }, (_, index) => 4095 - index),
  'multicast-table': [],
};

const stations = (count: number, first = 0): string[] =>
  Array.from(
    { length: count },
    (_, index) => `52:54:00:bb:00:${(first + index).toString(16).padStart(2, '0')}`,
  );
const groups = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `33:33:00:00:00:${index.toString(16).padStart(2, '0')}`);

const viewOf = async (report: unknown) => {
  const state = await model.capture(deviceReporting(report), options);
  const handedOver = parseState(model.state, JSON.parse(JSON.stringify(state)));
  expect(handedOver).toEqual({ value: state });
  const { incomplete, ...view } = model.filter(state);
  return { ...view, reasons: incomplete.map(({ reason }) => reason) };
};

describe('what is no report', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['an empty object', {}],
    ['a list', [vlanGuest]],
    ['text for the promiscuous flag', { ...vlanGuest, promiscuous: 'false' }],
    ['a MAC that is none', { ...vlanGuest, 'main-mac': '52:54:00:00:00' }],
    ['a megabyte for a MAC', { ...vlanGuest, 'main-mac': 'f'.repeat(1 << 20) }],
    ['a MAC table entry that is none', { ...vlanGuest, 'unicast-table': ['eth0'] }],
    ['65 unicast MACs', { ...vlanGuest, 'unicast-table': stations(65), 'multicast-table': [] }],
    ['65 multicast MACs', { ...vlanGuest, 'unicast-table': [], 'multicast-table': groups(65) }],
    ['65 MACs of both kinds', { ...vlanGuest, 'unicast-table': stations(33), 'multicast-table': groups(32) }],
    ['a million MACs', { ...vlanGuest, 'unicast-table': new Array(1_000_000).fill('52:54:00:00:00:02') }],
    ['more VLANs than there are', { ...vlanGuest, 'vlan-table': new Array(4097).fill(1) }],
    ['a VLAN beyond 4095', { ...vlanGuest, 'vlan-table': [4096] }],
    ['half a VLAN', { ...vlanGuest, 'vlan-table': [1.5] }],
    ['a VLAN mode of a later QEMU', { ...vlanGuest, vlan: 'some' }],
  ])('%s is refused', async (_, report) => {
    await expect(model.capture(deviceReporting(report), options)).rejects.toMatchObject({
      code: 'HERALD_RX_FILTER_INVALID',
      message: expect.stringMatching(/^nic0: .{20,600}$/s) as string,
    });
  });

  it('passes on why the hypervisor does not answer', async () => {
    const broken = { ...deviceReporting(vlanGuest), receiveFilter: () => Promise.reject(new Error('gone')) };
    await expect(model.capture(broken, options)).rejects.toThrow('gone');
  });
});

describe('what a report says', () => {
  const primary = MacAddress.of('52:54:00:00:00:01');
  const seen = { currentMac: primary, unicast: [], vlans: [], reasons: [] };

  it.each<[string, unknown, object]>([
    ['VLANs, without VID 0', vlanGuest, { ...seen, vlans: [10, 20, 300, 4000] }],
    ['VID 0 alone is no VLAN', { ...vlanGuest, 'vlan-table': [0] }, seen],
    ['an empty VLAN table is no VLAN', { ...vlanGuest, vlan: 'none', 'vlan-table': [] }, seen],
    ['VID 4095 is no VLAN', { ...vlanGuest, 'vlan-table': [4095, 10] }, { ...seen, vlans: [10] }],
    ['secondary MACs', macvlanGuest, { ...seen, unicast: macvlanGuest['unicast-table'] }],
    [
      'the MAC the guest uses now',
      { ...vlanGuest, 'vlan-table': [], 'main-mac': '02:00:00:00:00:99' },
      { ...seen, currentMac: '02:00:00:00:00:99' },
    ],
    [
      'a main MAC that no station has: the primary stands',
      { ...vlanGuest, 'vlan-table': [], 'main-mac': '01:00:5e:00:00:01' },
      { ...seen, currentMac: undefined },
    ],
    [
      'promiscuous: the tables are a lower bound',
      bridgeGuest,
      { ...seen, vlans: [1], reasons: ['promiscuous'] },
    ],
    [
      'a card its driver has not touched: nothing is known, least of all 4096 VLANs',
      untouchedCard,
      { ...seen, vlans: 'unknown', reasons: ['promiscuous', 'vlan-unfiltered'] },
    ],
    [
      'overflow: an empty table',
      { ...macvlanGuest, 'unicast-table': [], 'unicast-overflow': true },
      { ...seen, reasons: ['unicast-overflow'] },
    ],
    [
      'overflow of multicast alone leaves the stations complete',
      { ...macvlanGuest, 'unicast-table': stations(64), 'multicast-table': [], 'multicast-overflow': true },
      { ...seen, unicast: stations(64), multicast: [] },
    ],
    [
      'every unicast MAC asked for',
      { ...macvlanGuest, unicast: 'all' },
      { ...seen, unicast: macvlanGuest['unicast-table'], reasons: ['unicast-all'] },
    ],
    [
      'no unicast asked for',
      { ...vlanGuest, unicast: 'none' },
      { vlans: [10, 20, 300, 4000], reasons: ['unicast-none'] },
    ],
    [
      'no unicast asked for, but promiscuous: all is taken',
      { ...vlanGuest, unicast: 'none', promiscuous: true },
      { reasons: ['promiscuous'] },
    ],
    [
      'group and zero addresses in the unicast table',
      {
        ...macvlanGuest,
        'unicast-table': ['01:00:5e:00:00:05', 'ff:ff:ff:ff:ff:ff', '00:00:00:00:00:00', '52:54:00:AA:00:01'],
      },
      { ...seen, unicast: ['52:54:00:aa:00:01'], reasons: ['unfit-unicast-entries'] },
    ],
    [
      'stations in the multicast table',
      { ...macvlanGuest, 'multicast-table': ['52:54:00:aa:00:01', '33:33:00:00:00:01'] },
      { multicast: ['33:33:00:00:00:01'], reasons: [] },
    ],
    [
      'duplicates, once',
      { ...macvlanGuest, 'unicast-table': new Array(40).fill('52:54:00:aa:00:01'), 'vlan-table': [7, 7, 7] },
      { ...seen, unicast: ['52:54:00:aa:00:01'], vlans: [7] },
    ],
    [
      'all 4095 VLANs of Windows',
      { ...vlanGuest, 'vlan-table': Array.from({ length: 4095 }, (_, index) => 4095 - index) },
      { ...seen, vlans: 'unknown', reasons: ['vlan-table-full'] },
    ],
    [
      '512 VLANs, the most that is a list',
      { ...vlanGuest, 'vlan-table': Array.from({ length: 512 }, (_, index) => 512 - index) },
      { ...seen, vlans: Array.from({ length: 512 }, (_, index) => index + 1) },
    ],
    [
      'the broadcast flag, which lies, changes nothing',
      { ...vlanGuest, 'broadcast-allowed': true },
      { reasons: [] },
    ],
  ])('%s', async (_, report, expected) => {
    const view: Record<string, unknown> = { currentMac: undefined, ...(await viewOf(report)) };
    expect(view).toMatchObject(expected);
  });

  it.each<[string, boolean]>([
    ['7.2.22', false],
    ['10.0.0', false],
    ['10.0.1', true],
    ['10.0.2', true],
    ['10.0.3', true],
    ['10.0.4', false],
    ['10.0.13', false],
    ['11.1.3', false],
  ])('blames QEMU %s for a full VLAN table: %s', async (version, isToBlame) => {
    const full = { ...vlanGuest, 'vlan-table': Array.from({ length: 4095 }, (_, index) => index) };
    const state = await model.capture(deviceReporting(full, version), options);
    expect(parseState(model.state, JSON.parse(JSON.stringify(state)))).toEqual({ value: state });
    const { incomplete, vlans } = model.filter(state);
    expect(vlans).toBe('unknown');
    expect(incomplete).toEqual([
      {
        reason: 'vlan-table-full',
        meaning: expect.stringContaining(
          isToBlame ? 'a fault of QEMU 10.0.1 to 10.0.3' : 'Windows',
        ) as string,
      },
    ]);
    const listed = await model.capture(deviceReporting(vlanGuest, version), options);
    expect(model.filter(listed)).toMatchObject({ vlans: [10, 20, 300, 4000], incomplete: [] });
  });

  it('is compact JSON, whatever the table holds', async () => {
    for (const report of [untouchedCard, vlanGuest, { ...macvlanGuest, 'unicast-table': stations(61) }]) {
      const state = await model.capture(deviceReporting(report), options);
      expect(JSON.stringify(state).length).toBeLessThan(2000);
      expect(parseState(model.state, JSON.parse(JSON.stringify(state)))).toEqual({ value: state });
    }
  });

  it('gives a legal view or a clean rejection for any report', async () => {
    const mac = fc.oneof(
      fc.constantFrom(
        '52:54:00:00:00:02',
        '01:00:5e:00:00:01',
        'ff:ff:ff:ff:ff:ff',
        '00:00:00:00:00:00',
        'x',
      ),
      fc.uint8Array({ minLength: 6, maxLength: 6 }).map((bytes) => String(MacAddress.fromBytes(bytes))),
    );
    const report = fc.record(
      {
        'main-mac': mac,
        promiscuous: fc.boolean(),
        unicast: fc.constantFrom('normal', 'all', 'none'),
        'unicast-overflow': fc.boolean(),
        'unicast-table': fc.array(mac, { maxLength: 70 }),
        'multicast-table': fc.array(mac, { maxLength: 70 }),
        vlan: fc.constantFrom('normal', 'all', 'none'),
        'vlan-table': fc.array(fc.oneof(fc.integer({ min: 0, max: 4095 }), fc.constantFrom(0, 4095)), {
          maxLength: 600,
        }),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(report, fc.anything()), async (input) => {
        let state: VirtioNetState;
        try {
          state = await model.capture(deviceReporting(input), options);
        } catch (error) {
          expect(isHeraldError(error) && error.code).toBe('HERALD_RX_FILTER_INVALID');
          return;
        }
        expect(parseState(model.state, JSON.parse(JSON.stringify(state)))).toEqual({ value: state });
        const view = model.filter(state);
        expect(view.unicast.every(MacAddress.isStationAddress)).toBe(true);
        expect(view.multicast.every(MacAddress.isGroup)).toBe(true);
        expect(view.unicast.length + view.multicast.length).toBeLessThanOrEqual(model.limits.shared ?? 0);
        expect(new Set(view.unicast).size).toBe(view.unicast.length);
        if (view.vlans !== 'unknown') expect(view.vlans.every((vid) => vid > 0 && vid < 4095)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

it('a guest that QEMU 7.2.22 migrated: the replies before and after give its VLANs, and say that the card lost them', async () => {
  const carried = await model.capture(deviceReporting(vlanGuest), options);
  const emptied = { ...vlanGuest, vlan: 'none', 'vlan-table': [] };
  const live = await model.capture(deviceReporting(emptied), options);
  const { vlans, incomplete } = model.filter(model.restore({ live, loaded: live, carried }));
  expect(vlans).toEqual([10, 20, 300, 4000]);
  expect(incomplete).toEqual([
    { reason: 'vlan-table-lost', meaning: expect.stringContaining('vhost=on') as string },
  ]);
});

describe('a state from another host', () => {
  const state = async () => model.capture(deviceReporting(macvlanGuest), options);

  it.each<[string, object]>([
    ['a million stations', { unicast: new Array(1_000_000).fill('52:54:00:00:00:02') }],
    ['65 unicast MACs', { unicast: stations(65), multicast: [] }],
    ['65 multicast MACs', { unicast: [], multicast: groups(65) }],
    ['65 MACs of both kinds', { unicast: stations(60), multicast: groups(5) }],
    ['a group MAC among the stations', { unicast: ['01:00:5e:00:00:01'] }],
    ['a zero MAC among the stations', { unicast: ['00:00:00:00:00:00'] }],
    ['a station among the groups', { multicast: ['52:54:00:00:00:02'] }],
    ['a broadcast main MAC', { mainMac: 'ff:ff:ff:ff:ff:ff' }],
    ['513 VLANs', { vlans: Array.from({ length: 513 }, (_, index) => index) }],
    ['VLAN 4095', { vlans: [4095] }],
    ['text for VLANs', { vlans: 'normal' }],
    ['text for a flag', { promiscuous: 'yes' }],
    ['a mark that is not one', { vlanTableLost: false }],
    ['a missing member', { unicastMode: undefined }],
  ])('with %s is refused', async (_, wrong) => {
    const parsed = parseState(model.state, { ...(await state()), ...wrong });
    expect('issues' in parsed && parsed.issues.length).toBeGreaterThan(0);
  });

  it('is read without what a later version added', async () => {
    const good = await state();
    expect(parseState(model.state, { ...good, later: 1 })).toEqual({ value: good });
  });

  it('at the limits is read', async () => {
    for (const macs of [
      { unicast: stations(64), multicast: [] },
      { unicast: [], multicast: groups(64) },
      { unicast: stations(32), multicast: groups(32) },
    ]) {
      expect(parseState(model.state, { ...(await state()), ...macs })).toMatchObject({ value: macs });
    }
  });
});

it.each([
  ['virtio-net-pci', true],
  ['virtio-net-pci-transitional', true],
  ['virtio-net-pci-non-transitional', true],
  ['virtio-net-device', true],
  ['virtio-net-ccw', true],
  ['virtio-blk-pci', false],
  ['virtio-net-pci-base', false],
  ['e1000', false],
])('matches %s: %s', (type, matched) => {
  expect(model.matches(nicOfType(type))).toBe(matched);
});

it('is found through the registrar', () => {
  const scope = new Scope();
  virtioNet().install({
    provide: (of, provider) => void scope.register(of, provider),
    contribute: (of, provider) => void scope.register(of, provider),
  });
  const [found]: readonly NicModel[] = scope.all(NIC_MODEL);
  expect(found?.name).toBe('virtio-net');
});
