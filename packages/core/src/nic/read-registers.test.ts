import { MacAddress } from '@nic-herald/wire';
import { expect, it } from 'vitest';
import type { DeviceInspector, DeviceRegion } from './device-inspector.js';
import { macOfWords } from './mac-of-words.js';
import { readRegisters } from './read-registers.js';
import { registerAddress } from './register-address.js';

const options = { signal: new AbortController().signal };
const bar: DeviceRegion = { bar: 2, kind: 'memory', address: 0x1000, size: 64 };

const card = (regions: readonly DeviceRegion[], words: readonly Uint32Array[]): DeviceInspector => ({
  nic: { id: 'nic0', type: 'acme', primaryMac: MacAddress.of('52:54:00:00:00:01') },
  hypervisor: { name: 'QEMU', version: '10.0.0' },
  receiveFilter: () => Promise.reject(new Error('not asked for')),
  regions: () => Promise.resolve(regions),
  readWords: () => Promise.resolve(words),
  property: () => Promise.reject(new Error('not asked for')),
});

it.each<[string, DeviceRegion[], string]>([
  ['there is no such BAR', [{ ...bar, bar: 0 }], 'HERALD_DEVICE_UNREADABLE'],
  ['the BAR has ports', [{ ...bar, kind: 'io' }], 'HERALD_DEVICE_UNREADABLE'],
  ['the BAR is too small', [{ ...bar, size: 63 }], 'HERALD_DEVICE_UNREADABLE'],
  ['it is at no address of a word', [{ ...bar, address: 0x1002 }], 'HERALD_DEVICE_UNREADABLE'],
  ['the guest has not mapped it', [{ bar: 2, kind: 'memory', size: 64 }], 'HERALD_NIC_NOT_ENABLED'],
])('has no address of registers where %s', async (_, regions, code) => {
  const found = registerAddress(card(regions, []), { bar: 2, bytes: 64 }, options);
  await expect(found).rejects.toMatchObject({ code, message: expect.stringContaining('nic0') as string });
});

it('finds and reads registers', async () => {
  const device = card([bar], [Uint32Array.of(0xcc00_5452), Uint32Array.of(0x8000_0100)]);
  const address = await registerAddress(device, { bar: 2, bytes: 64 }, options);
  expect(address).toBe(0x1000);
  const ranges = [
    { address, words: 1 },
    { address: address + 4, words: 1 },
  ] as const;
  const [low, high] = await readRegisters(device, ranges, options);
  expect(macOfWords(low[0] ?? 0, high[0] ?? 0)).toBe('52:54:00:cc:00:01');
});

it.each<[string, Uint32Array[], string]>([
  ['nothing', [], '2 and 1 words were asked for, none came back'],
  ['one run', [new Uint32Array(2)], '2 and 1 words were asked for, 2 came back'],
  [
    'a short run',
    [new Uint32Array(1), new Uint32Array(1)],
    '2 and 1 words were asked for, 1 and 1 came back',
  ],
])('refuses %s', async (_, words, message) => {
  const ranges = [
    { address: 0x1000, words: 2 },
    { address: 0x1020, words: 1 },
  ];
  await expect(readRegisters(card([bar], words), ranges, options)).rejects.toMatchObject({
    code: 'HERALD_DEVICE_UNREADABLE',
    message: expect.stringContaining(message) as string,
  });
});
