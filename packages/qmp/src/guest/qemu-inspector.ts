import {
  type DeviceInspector,
  type DeviceRegion,
  HeraldError,
  type InspectOptions,
  isHeraldError,
  type NicDescriptor,
  type WordRange,
} from '@nic-herald/core';
import { parseMemoryWords } from '../commands/memory-words.js';
import { findByAddress, findById, type PciDevice, type PciRegion } from '../commands/pci-device.js';
import type { QmpCommands } from '../commands/qmp-commands.js';
import type { NicSource } from './guest-source.js';

const MAX_WORDS = 1024;
/** Bridges between the root bus and a device; QEMU itself allows no more than 256 buses. */
const MAX_BRIDGES = 32;

/** Reads one NIC of a QEMU guest. */
export class QemuInspector implements DeviceInspector {
  constructor(
    readonly nic: NicDescriptor,
    readonly hypervisor: { readonly name: string; readonly version: string },
    private readonly guest: string,
    private readonly commands: QmpCommands,
    private readonly table: NicSource,
  ) {}

  async receiveFilter(options: InspectOptions): Promise<unknown> {
    const [filter] = await this.commands.receiveFilters(this.nic.id, options);
    if (filter === undefined) throw this.unreadable('query-rx-filter gave no entry for it');
    return filter;
  }

  async regions(options: InspectOptions): Promise<readonly DeviceRegion[]> {
    const buses = await this.commands.pciDevices(options);
    const all = buses.flat();
    const device = findById(all, this.nic.id) ?? (await this.deviceByAddress(buses, options));
    return device === undefined ? [] : device.regions.map(deviceRegion);
  }

  async readWords(ranges: readonly WordRange[], options: InspectOptions): Promise<readonly Uint32Array[]> {
    const all: Uint32Array[] = [];
    for (const range of ranges) all.push(await this.readRange(range, options));
    return all;
  }

  async property(name: string, options: InspectOptions): Promise<unknown> {
    return this.commands.property(await this.path(options), name, options);
  }

  private async readRange({ address, words }: WordRange, options: InspectOptions): Promise<Uint32Array> {
    const sound =
      Number.isSafeInteger(address) && address >= 0 && address % 4 === 0 && words >= 1 && words <= MAX_WORDS;
    if (!sound || !Number.isInteger(words)) {
      throw this.unreadable(
        `${words} words at ${address} cannot be asked for: 1 to ${MAX_WORDS}, aligned to 4`,
      );
    }
    const at = `0x${address.toString(16)}`;
    const text = await this.commands.human(`xp /${words}xw ${at}`, options);
    const read = parseMemoryWords(text, address, words);
    if (read) return read;
    const sample = JSON.stringify(text.slice(0, 80));
    throw this.unreadable(`QEMU did not give ${words} words at ${at}, but ${sample}`);
  }

  /** A device without an id stands in `query-pci` by its place only. `undefined` where it is not on PCI. */
  private async deviceByAddress(
    buses: ReadonlyArray<readonly PciDevice[]>,
    options: InspectOptions,
  ): Promise<PciDevice | undefined> {
    const way = await this.wayFromRoot(await this.path(options), options);
    if (way.length === 0) return undefined;
    const device = buses.map((devices) => findByAddress(devices, way)).find((found) => found);
    if (device) return device;
    throw this.unreadable(
      'query-pci does not list it; the guest has not set up the PCI bridge before it yet',
    );
  }

  /** The slots to go through from the root bus; empty for a device that has none. */
  private async wayFromRoot(path: string, options: InspectOptions): Promise<readonly number[]> {
    const way: number[] = [];
    for (let at = path; way.length < MAX_BRIDGES; ) {
      const address = await this.optionalProperty(at, 'addr', options);
      const bus = await this.optionalProperty(at, 'parent_bus', options);
      if (typeof address !== 'number' || typeof bus !== 'string') break;
      way.unshift(address);
      at = bus.slice(0, bus.lastIndexOf('/')); // a bus is a child of its bridge, or of the machine's host bridge
    }
    return way;
  }

  private async optionalProperty(path: string, name: string, options: InspectOptions): Promise<unknown> {
    try {
      return await this.commands.property(path, name, options);
    } catch (error) {
      if (isHeraldError(error) && error.code === 'HERALD_QMP_COMMAND') return undefined;
      throw error;
    }
  }

  private async path(options: InspectOptions): Promise<string> {
    const path = await this.table.pathOf(this.nic.id, options);
    if (path === undefined) throw this.unreadable('it is not in the object tree of QEMU; was it unplugged?');
    return path;
  }

  private unreadable(why: string): HeraldError {
    const { id, type } = this.nic;
    return new HeraldError('HERALD_DEVICE_UNREADABLE', `${this.guest}, NIC ${id} (${type}): ${why}`, {
      details: { guest: this.guest, nic: id },
    });
  }
}

/** QEMU gives -1 as address of a region that is unmapped, or whose decoding the guest has off. */
const deviceRegion = ({ bar, type, size, address }: PciRegion): DeviceRegion => ({
  bar,
  kind: type,
  size,
  ...(Number.isSafeInteger(address) && address >= 0 ? { address } : {}),
});
