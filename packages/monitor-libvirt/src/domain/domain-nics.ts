import type { NicDescriptor, ProcessIncarnation } from '@nic-herald/core';
import type { CommandOptions, NicFingerprint, NicSource } from '@nic-herald/qmp';
import type { DomainDescription } from './domain-xml.js';
import { nicOfInterface } from './nic-of-interface.js';

/** Where QEMU keeps devices that were given an id; libvirt gives one to each. */
const DEVICES = '/machine/peripheral/';

/**
 * The NICs of a domain, by its description alone: QEMU is not asked, since it cannot answer while a migration comes in, and
 * every NIC has the id that libvirt gave it.
 */
export class DomainNics implements NicSource {
  constructor(
    private readonly describe: (options: CommandOptions) => Promise<DomainDescription>,
    private readonly holder: () => ProcessIncarnation | undefined,
  ) {}

  async fingerprint(options: CommandOptions): Promise<NicFingerprint> {
    return fingerprintOf(await this.describe(options));
  }

  async list(options: CommandOptions): Promise<readonly NicDescriptor[]> {
    const { interfaces, machine } = await this.describe(options);
    const seen = new Set<string>();
    return interfaces
      .map((each) => nicOfInterface(each, machine, this.holder()))
      .filter(({ id }) => !seen.has(id) && seen.add(id));
  }

  async pathOf(id: string): Promise<string | undefined> {
    return `${DEVICES}${id}`;
  }

  async idOf(path: string): Promise<string | undefined> {
    return path.startsWith(DEVICES) ? path.slice(DEVICES.length).split('/')[0] : undefined;
  }
}

/** What differs when NICs come, go or are plugged elsewhere. */
export const fingerprintOf = ({ interfaces }: DomainDescription): NicFingerprint => ({
  ids: interfaces.map(({ alias, mac }) => alias ?? mac),
  print: JSON.stringify(interfaces),
});
