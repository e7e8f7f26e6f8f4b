import {
  type DeviceInspector,
  type DeviceRegion,
  NIC_MODEL,
  type NicModel,
  parseState,
  type WordRange,
} from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { plugin } from './plugin.js';
import { Rtl8139Model } from './rtl8139-model.js';

const model = new Rtl8139Model();
const options = { signal: new AbortController().signal };
const BAR = 0xfebf_1000;
const bar1: DeviceRegion = { bar: 1, kind: 'memory', address: BAR, size: 0x100 };

const deviceWith = (
  words: readonly Uint32Array[],
  regions: readonly DeviceRegion[] = [{ bar: 0, kind: 'io', address: 0xc000, size: 0x100 }, bar1],
): DeviceInspector & { readonly asked: WordRange[] } => {
  const asked: WordRange[] = [];
  return {
    asked,
    nic: { id: 'nic0', type: 'rtl8139', primaryMac: MacAddress.of('52:54:00:00:00:01') },
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

/** The registers as they are read: two words of IDR, one of RCR. */
const registers = (rcr: number, idrLow = 0x0000_5452, idrHigh = 0x0000_0100) => [
  Uint32Array.of(idrLow, idrHigh),
  Uint32Array.of(rcr),
];

const AAP = 0x1;
const APM = 0x2;
/** RCR as Linux 6.1's 8139cp sets it, with broadcast and multicast by the hash; read on QEMU 7.2.22. */
const LINUX = 0xa40c | APM;

describe('what cannot be read', () => {
  const good = registers(LINUX);

  it.each<[string, readonly DeviceRegion[], string]>([
    ['no PCI device', [], 'HERALD_DEVICE_UNREADABLE'],
    ['no BAR 1', [{ ...bar1, bar: 0 }], 'HERALD_DEVICE_UNREADABLE'],
    ['BAR 1 of ports', [{ ...bar1, kind: 'io' }], 'HERALD_DEVICE_UNREADABLE'],
    ['a BAR 1 too small for the registers', [{ ...bar1, size: 0x47 }], 'HERALD_DEVICE_UNREADABLE'],
    ['an address between words', [{ ...bar1, address: BAR + 2 }], 'HERALD_DEVICE_UNREADABLE'],
    ['an address that is no number', [{ ...bar1, address: Number.NaN }], 'HERALD_DEVICE_UNREADABLE'],
    ['a BAR the guest has not mapped', [{ bar: 1, kind: 'memory', size: 0x100 }], 'HERALD_NIC_NOT_ENABLED'],
  ])('%s', async (_, regions, code) => {
    const device = deviceWith(good, regions);
    await expect(model.capture(device, options)).rejects.toMatchObject({
      code,
      message: expect.stringContaining('nic0') as string,
    });
    expect(device.asked).toEqual([]);
  });

  it.each<[string, readonly Uint32Array[]]>([
    ['nothing came back', []],
    ['half came back', [Uint32Array.of(1, 2)]],
    ['a short run came back', [Uint32Array.of(1), Uint32Array.of(LINUX)]],
    ['no device answered', registers(0xffff_ffff, 0xffff_ffff, 0xffff_ffff)],
  ])('%s', async (_, words) => {
    await expect(model.capture(deviceWith(words), options)).rejects.toMatchObject({
      code: 'HERALD_DEVICE_UNREADABLE',
    });
  });

  it('passes on why the hypervisor does not answer', async () => {
    const broken = { ...deviceWith([]), readWords: () => Promise.reject(new Error('gone')) };
    await expect(model.capture(broken, options)).rejects.toThrow('gone');
  });
});

describe('what the registers say', () => {
  const own = '52:54:00:00:00:01';

  it.each<[string, Uint32Array[], string | undefined, string[]]>([
    ['a card of Linux', registers(LINUX), own, ['vlan-unfiltered']],
    [
      'a MAC the guest changed',
      registers(LINUX, 0xcc00_5452, 0x0100),
      '52:54:00:cc:00:01',
      ['vlan-unfiltered'],
    ],
    ['every unicast: more than it can list', registers(LINUX | AAP), own, ['promiscuous', 'vlan-unfiltered']],
    ['no unicast: as QEMU resets it', registers(0), own, ['receiver-off', 'vlan-unfiltered']],
    [
      'the reserved bytes are no part of the MAC',
      registers(APM, 0x5452, 0xffff_0100),
      own,
      ['vlan-unfiltered'],
    ],
    ['a group address: the primary stands', registers(APM, 0x3333, 0x0100), undefined, ['vlan-unfiltered']],
    ['no address: the primary stands', registers(APM, 0, 0), undefined, ['vlan-unfiltered']],
  ])('%s', async (_, words, currentMac, reasons) => {
    const device = deviceWith(words);
    const state = await model.capture(device, options);
    expect(parseState(model.state, JSON.parse(JSON.stringify(state)))).toEqual({ value: state });
    const { incomplete, ...view } = model.filter(state);
    expect(view).toEqual({
      ...(currentMac === undefined ? {} : { currentMac }),
      unicast: [],
      multicast: [],
      vlans: 'unknown',
    });
    expect(incomplete.map(({ reason }) => reason)).toEqual(reasons);
    expect(device.asked).toEqual([
      { address: BAR, words: 2 },
      { address: BAR + 0x44, words: 1 },
    ]);
  });
});

describe('a state from elsewhere', () => {
  const good = { ownMac: '52:54:00:00:00:01', unicastPromiscuous: false, takesOwnMac: true };

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a list', []],
    ['a group MAC', { ...good, ownMac: '01:00:5e:00:00:01' }],
    ['the zero MAC', { ...good, ownMac: '00:00:00:00:00:00' }],
    ['a MAC of a megabyte', { ...good, ownMac: 'a'.repeat(1_000_000) }],
    ['bits that are numbers', { ...good, unicastPromiscuous: 1 }],
    ['bits left out', { ownMac: good.ownMac }],
  ])('is refused: %s', (_, input) => {
    expect(parseState(model.state, input)).toMatchObject({ issues: expect.anything() as unknown });
  });

  it('is read without what a later version may add', () => {
    expect(parseState(model.state, { ...good, more: [] })).toEqual({ value: good });
  });
});

describe('the plugin', () => {
  it('brings the one model, which takes the one type', () => {
    const models: NicModel[] = [];
    plugin({}).install({
      provide: () => expect.unreachable(),
      contribute: (token, provider) => {
        if (token !== (NIC_MODEL as symbol) || !('factory' in provider)) expect.unreachable();
        else models.push(provider.factory({ get: () => expect.unreachable(), all: () => [] }) as NicModel);
      },
    });
    const nic = deviceWith([]).nic;
    expect(models.map(({ name }) => name)).toEqual(['@example/rtl8139']);
    expect(['rtl8139', 'rtl8139x', 'ne2k_pci'].map((type) => model.matches({ ...nic, type }))).toEqual([
      true,
      false,
      false,
    ]);
  });
});
