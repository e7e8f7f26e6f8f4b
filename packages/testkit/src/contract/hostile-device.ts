import type { DeviceInspector, DeviceRegion, InspectOptions } from '@nic-herald/core';
import { HeraldError } from '@nic-herald/core';
import { hostileVariants } from './hostile-values.js';

/** A card that answers wrong in one way. */
export interface HostileDevice {
  /** `the receive filter where vlan is null`. */
  readonly what: string;
  readonly device: DeviceInspector;
}

type Reads = Pick<DeviceInspector, 'receiveFilter' | 'regions' | 'readWords' | 'property'>;

/** The same card with some of its answers replaced. */
const withReads = (device: DeviceInspector, reads: Partial<Reads>): DeviceInspector => ({
  nic: device.nic,
  hypervisor: device.hypervisor,
  receiveFilter: (options) => device.receiveFilter(options),
  regions: (options) => device.regions(options),
  readWords: (ranges, options) => device.readWords(ranges, options),
  property: (name, options) => device.property(name, options),
  ...reads,
});

const everyRead = (read: (options: InspectOptions | undefined) => Promise<never>): Reads => ({
  receiveFilter: read,
  regions: read,
  readWords: (_, options) => read(options),
  property: (_, options) => read(options),
});

/** A card whose hypervisor refuses every read. */
export const refusingDevice = (device: DeviceInspector): DeviceInspector =>
  withReads(
    device,
    everyRead(() => {
      return Promise.reject(new HeraldError('HERALD_DEVICE_UNREADABLE', 'the hypervisor does not answer'));
    }),
  );

/** A card whose reads wait until their own signal is aborted. */
export const silentDevice = (device: DeviceInspector): DeviceInspector =>
  withReads(
    device,
    everyRead(
      (options) =>
        new Promise((_, reject) => {
          const giveUp = (): void =>
            reject(new HeraldError('HERALD_DEVICE_UNREADABLE', 'the read was given up'));
          const signal = options?.signal;
          if (signal?.aborted) giveUp();
          signal?.addEventListener('abort', giveUp, { once: true });
        }),
    ),
  );

/** The same card with one answer made hostile at a time: the guest, and whoever speaks for it, can make it any. */
export async function* hostileDevices(device: DeviceInspector): AsyncGenerator<HostileDevice> {
  const signal = new AbortController().signal;
  const filter = await device.receiveFilter({ signal }).catch(() => undefined);
  for (const { what, value } of hostileVariants(filter ?? {})) {
    yield {
      what: `a receive filter where ${what}`,
      device: withReads(device, { receiveFilter: async () => value }),
    };
  }
  const regions = await device.regions({ signal }).catch(() => []);
  for (const [what, changed] of hostileRegions(regions)) {
    yield { what, device: withReads(device, { regions: async () => changed }) };
  }
  for (const [what, change] of hostileWords) {
    const readWords: Reads['readWords'] = async (ranges, options) =>
      change(await device.readWords(ranges, options));
    yield { what, device: withReads(device, { readWords }) };
  }
  for (const [what, value] of [
    ['null', null],
    ['a number', -1],
    ['text', 'x'.repeat(1 << 20)],
    ['a list', []],
  ] as const) {
    yield { what: `properties that are ${what}`, device: withReads(device, { property: async () => value }) };
  }
}

const hostileRegions = (
  regions: readonly DeviceRegion[],
): readonly (readonly [string, readonly DeviceRegion[]])[] => [
  ['no regions', []],
  ['regions the guest has not enabled', regions.map(({ address: _, ...region }) => region)],
  ['regions of no size', regions.map((region) => ({ ...region, size: 0 }))],
  ['regions at addresses that are none', regions.map((region) => ({ ...region, address: Number.NaN }))],
  ['regions at addresses below zero', regions.map((region) => ({ ...region, address: -4 }))],
  ['regions at odd addresses', regions.map((region) => ({ ...region, address: (region.address ?? 0) + 1 }))],
  [
    'regions of the other kind',
    regions.map((region) => ({ ...region, kind: region.kind === 'io' ? 'memory' : 'io' })),
  ],
];

const hostileWords: readonly (readonly [
  string,
  (words: readonly Uint32Array[]) => readonly Uint32Array[],
])[] = [
  ['no words at all', () => []],
  ['ranges without words', (words) => words.map(() => new Uint32Array(0))],
  ['one word less than was asked for', (words) => words.map((range) => range.slice(1))],
  ['one range less than was asked for', (words) => words.slice(1)],
  ['registers of all zeros', (words) => words.map((range) => new Uint32Array(range.length))],
  ['registers of all ones', (words) => words.map((range) => new Uint32Array(range.length).fill(0xffff_ffff))],
  ...[0x5555_5555, 0xaaaa_aaaa, 0x0000_0001, 0x8000_0000, 0x9e37_79b9].map(
    (word) =>
      [
        `registers made from 0x${word.toString(16)}`,
        (words: readonly Uint32Array[]) =>
          words.map((range) => range.map((_, index) => Math.imul(word, index + 1) >>> 0)),
      ] as const,
  ),
];
