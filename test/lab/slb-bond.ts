import { join } from 'node:path';
import type { GroupEntry, LanSwitch, SwitchEntry } from './lan-switch.js';
import { ipBatch, type LabNetwork } from './namespaces.js';
import { OpenVswitch } from './open-vswitch.js';

const bond = { name: 'bond0', members: ['up0', 'up1'] } as const;

/**
 * The source host with Open vSwitch for its bridge, and for uplink a balance-slb bond of two lines to the switch, which
 * knows of no bond. The peer lives on that host, too: what it sends goes where that Open vSwitch has the guest.
 */
export class SlbBond implements LanSwitch {
  /** The source host's bridge. */
  readonly source: OpenVswitch;
  readonly #switch: OpenVswitch;

  private constructor(source: OpenVswitch, lanSwitch: OpenVswitch) {
    this.source = source;
    this.#switch = lanSwitch;
  }

  /** The port of the source's bridge that is its uplink. */
  get uplink(): string {
    return bond.name;
  }

  static async start(network: LabNetwork, directory: string, taps: readonly string[]): Promise<SlbBond> {
    const source = network.hosts.A;
    await ipBatch(source, [
      'link del br0',
      `link add up1 type veth peer name swA1 netns ${network.switch}`,
      'link set up1 up',
    ]);
    await ipBatch(network.switch, ['link set swA1 up', `link set swP netns ${source}`]);
    await ipBatch(source, ['link set swP up']);
    const lanSwitch = await OpenVswitch.start(network.switch, join(directory, 'switch'), [
      'swA',
      'swA1',
      'swB',
    ]);
    try {
      const bridge = await OpenVswitch.start(source, join(directory, 'source'), [...taps, 'swP'], { bond });
      return new SlbBond(bridge, lanSwitch);
    } catch (error) {
      await lanSwitch.stop();
      throw error;
    }
  }

  /** Of the switch. */
  entries(): Promise<SwitchEntry[]> {
    return this.#switch.entries();
  }

  groups(): Promise<GroupEntry[]> {
    return this.#switch.groups();
  }

  startQuerier(): Promise<void> {
    return this.#switch.startQuerier();
  }

  async stop(): Promise<void> {
    await this.source.stop();
    await this.#switch.stop();
  }
}
