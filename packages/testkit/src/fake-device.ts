import {
  type DeviceInspector,
  type DeviceRegion,
  HeraldError,
  type InspectOptions,
  type NicDescriptor,
  type WordRange,
} from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';

/** What a fake card shows. What is not given is refused, as a hypervisor refuses what a device does not have. */
export interface FakeDeviceOptions {
  /** The hypervisor's type of the device: `rtl8139`. */
  readonly type: string;
  /** Default `nic0`. */
  readonly id?: string;
  /** The configured MAC; default `52:54:00:00:00:01`. */
  readonly primaryMac?: string;
  /** Default QEMU 7.2.22. */
  readonly hypervisor?: { readonly name: string; readonly version: string };
  /** One entry of `query-rx-filter`. */
  readonly receiveFilter?: unknown;
  /** Default none: not a PCI device. */
  readonly regions?: readonly DeviceRegion[];
  /** 32-bit words by guest-physical byte address, a multiple of 4; zero elsewhere in memory regions that have an address. */
  readonly memory?: Readonly<Record<number, number>>;
  /** Properties of the device (QEMU: `qom-get`). */
  readonly properties?: Readonly<Record<string, unknown>>;
}

const MAX_WORDS = 1024;

/**
 * A card for the tests of its model: answers at once, as the QEMU monitor would, with what it was given. A read
 * whose signal is aborted, and one of what is not there, reject with HERALD_DEVICE_UNREADABLE.
 */
export const fakeDevice = (options: FakeDeviceOptions): DeviceInspector => {
  const { type, id = 'nic0', regions = [], memory = {}, properties = {} } = options;
  const nic: NicDescriptor = {
    id,
    type,
    primaryMac: MacAddress.of(options.primaryMac ?? '52:54:00:00:00:01'),
    port: { kind: 'tap', name: 'tap0' },
  };
  const refuse = (why: string): never => {
    throw new HeraldError('HERALD_DEVICE_UNREADABLE', `the fake device ${id} (${type}): ${why}`);
  };
  const unlessAborted = ({ signal }: InspectOptions): void => {
    if (signal.aborted) refuse('the read was given up before it began');
  };
  const isMapped = (address: number): boolean =>
    regions.some(({ kind, address: from, size }) => {
      return kind === 'memory' && from !== undefined && address >= from && address + 4 <= from + size;
    });
  const wordAt = (address: number): number => {
    const word = memory[address];
    if (word !== undefined) return word >>> 0;
    return isMapped(address) ? 0 : refuse(`nothing is mapped at 0x${address.toString(16)}`);
  };
  const readRange = ({ address, words }: WordRange): Uint32Array => {
    if (!Number.isSafeInteger(address) || address < 0 || address % 4 !== 0) {
      return refuse(`no word can be read at ${address}: an address is a multiple of 4`);
    }
    if (!Number.isInteger(words) || words < 1 || words > MAX_WORDS) {
      return refuse(`${words} words cannot be read: 1 to ${MAX_WORDS} can`);
    }
    return Uint32Array.from({ length: words }, (_, index) => wordAt(address + index * 4));
  };
  return {
    nic,
    hypervisor: options.hypervisor ?? { name: 'QEMU', version: '7.2.22' },
    receiveFilter: async (given) => {
      unlessAborted(given);
      return options.receiveFilter ?? refuse('it has no receive-filter report; give `receiveFilter`');
    },
    regions: async (given) => {
      unlessAborted(given);
      return regions;
    },
    readWords: async (ranges, given) => {
      unlessAborted(given);
      return ranges.map(readRange);
    },
    property: async (name, given) => {
      unlessAborted(given);
      return Object.hasOwn(properties, name)
        ? properties[name]
        : refuse(`it has no property ${name}; give it in \`properties\``);
    },
  };
};
