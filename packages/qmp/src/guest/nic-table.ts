import type { NicDescriptor } from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import { type NetworkNic, parseNetworkClients } from '../commands/network-clients.js';
import type { QmpCommands } from '../commands/qmp-commands.js';
import type { CommandOptions } from '../transport/qmp-transport.js';
import { backendOf } from './backend-of.js';
import { anonymousPaths, type NicDevice } from './device-paths.js';
import type { NicSource } from './guest-source.js';
import type { NicFingerprint } from './nic-fingerprint.js';

const NAMED = '/machine/peripheral';
/** Devices without an id, and those QEMU makes itself (`-nic`, onboard NICs). */
const ANONYMOUS = ['/machine/peripheral-anon', '/machine/unattached'];
const NO_MAC = MacAddress.of('00:00:00:00:00:00');

/**
 * The NICs of one guest. A NIC's id is its net client's name: the device id, else `<type>.<number>`, numbered
 * within a type in the order of creation, and so the same on both hosts where their command lines are.
 * `query-rx-filter` and `announce-self` use that name too.
 */
export class NicTable implements NicSource {
  private paths: ReadonlyMap<string, string> = new Map();
  /** What QEMU said last, and what follows from it. */
  private last: { readonly text: string; readonly seen: NicFingerprint } | undefined;

  /** What was listed last, where all of it was found. */
  private listed: { readonly text: string; readonly nics: readonly NicDescriptor[] } | undefined;

  constructor(private readonly commands: QmpCommands) {}

  /** What is plugged now. One command. */
  async fingerprint(options: CommandOptions): Promise<NicFingerprint> {
    const text = await this.commands.human('info network', options);
    if (this.last?.text !== text) {
      const nics = parseNetworkClients(text);
      const print = JSON.stringify(nics.map(({ currentMac, ...plugged }) => plugged));
      this.last = { text, seen: { ids: nics.map(({ name }) => name), print } };
    }
    return this.last.seen;
  }

  /** The NICs as they are now. One command where QEMU says of them what it said the last time. */
  async list(options: CommandOptions): Promise<readonly NicDescriptor[]> {
    const text = await this.commands.human('info network', options);
    if (this.listed?.text === text) return this.listed.nics;
    const nics = parseNetworkClients(text);
    this.paths = await this.findPaths(nics, options);
    const descriptors: NicDescriptor[] = [];
    for (const nic of nics) {
      const primaryMac = (await this.configuredMac(nic, options)) ?? NO_MAC;
      descriptors.push({ id: nic.name, type: nic.model, primaryMac, ...backendOf(nic) });
    }
    // one that was not found in the object tree may be there the next time
    const areFound = nics.every(({ name }) => this.paths.has(name));
    this.listed = areFound ? { text, nics: descriptors } : undefined;
    return descriptors;
  }

  /** The path of a NIC in QEMU's object tree; `undefined` for one that cannot be found. */
  async pathOf(id: string, options: CommandOptions): Promise<string | undefined> {
    if (!this.paths.has(id)) this.paths = await this.findPaths(await this.networkNics(options), options);
    return this.paths.get(id);
  }

  /** The NIC an object belongs to: itself, or a part of it such as `.../virtio-backend`. */
  async idOf(path: string, options: CommandOptions): Promise<string | undefined> {
    const id = this.known(path);
    if (id !== undefined) return id;
    await this.list(options);
    return this.known(path);
  }

  private known(path: string): string | undefined {
    for (const [id, own] of this.paths) if (path === own || path.startsWith(`${own}/`)) return id;
    return undefined;
  }

  private async networkNics(options: CommandOptions): Promise<readonly NetworkNic[]> {
    return parseNetworkClients(await this.commands.human('info network', options));
  }

  private async findPaths(
    nics: readonly NetworkNic[],
    options: CommandOptions,
  ): Promise<ReadonlyMap<string, string>> {
    const named = new Set((await this.commands.children(NAMED, options)).map(({ path }) => path));
    const paths = new Map<string, string>();
    for (const { name } of nics) if (named.has(`${NAMED}/${name}`)) paths.set(name, `${NAMED}/${name}`);
    for (const folder of ANONYMOUS) {
      const left = nics.filter(({ name }) => !paths.has(name));
      if (left.length === 0) break;
      for (const [name, path] of anonymousPaths(left, await this.nicDevices(folder, left, options))) {
        paths.set(name, path);
      }
    }
    return paths;
  }

  private async nicDevices(
    folder: string,
    nics: readonly NetworkNic[],
    options: CommandOptions,
  ): Promise<readonly NicDevice[]> {
    const models = new Set(nics.map(({ model }) => model));
    const devices: NicDevice[] = [];
    for (const child of await this.commands.children(folder, options)) {
      if (!models.has(child.type)) continue;
      const netdev = await this.commands.property(child.path, 'netdev', options);
      devices.push({ ...child, netdev: typeof netdev === 'string' ? netdev : '' });
    }
    return devices;
  }

  /** The `mac` property: QEMU's list of net clients shows what the guest made of it. */
  private async configuredMac(nic: NetworkNic, options: CommandOptions): Promise<MacAddress | undefined> {
    const path = this.paths.get(nic.name);
    const configured = path && (await this.commands.property(path, 'mac', options));
    return MacAddress.parse(typeof configured === 'string' ? configured : nic.currentMac);
  }
}
