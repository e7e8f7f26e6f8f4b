import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { GuestImage } from '../lab/guest-image.js';
import { misplacedStations, wrongAtSwitch } from '../lab/guest-on-host.js';
import { LabRig } from '../lab/lab-rig.js';
import { type AtBoth, ipBatch } from '../lab/namespaces.js';
import type { OpenVswitch } from '../lab/open-vswitch.js';
import type { Station } from '../lab/station.js';
import type { LibvirtPlace } from './libvirt-case.js';
import { LibvirtDaemon } from './libvirt-daemon.js';
import { LibvirtHost, migrationAddresses, type PairHost } from './libvirt-host.js';
import { libvirtTap, TapWatch } from './tap-watch.js';

export interface PairOptions {
  readonly image: GuestImage;
  readonly place: LibvirtPlace;
  /** Takes the artefacts. */
  readonly directory: string;
  /** Whether agents hand over in a directory that both hosts have, not in the domains. */
  readonly handoffInDirectory: boolean;
  /** What is done to the network before any daemon starts; gives the hosts' bridges where it made others of them. */
  readonly before?: (rig: LabRig, hosts: AtBoth<LibvirtHost>) => Promise<AtBoth<OpenVswitch> | undefined>;
}

/** The bridges keep what they learned longer than any scenario takes. */
const settings = 'type bridge ageing_time 30000';

/** Two libvirt hosts on the lab's network, with a cable between them for migrations. */
export class LibvirtPair {
  readonly rig: LabRig;
  readonly image: GuestImage;
  /** Where agents hand over; undefined: in the domains. */
  readonly handoffDirectory: string | undefined;
  readonly #bridges: AtBoth<OpenVswitch> | undefined;
  readonly daemons: AtBoth<LibvirtDaemon>;
  readonly taps: AtBoth<TapWatch>;

  private constructor(
    rig: LabRig,
    { image, handoffInDirectory }: PairOptions,
    bridges: AtBoth<OpenVswitch> | undefined,
    daemons: LibvirtPair['daemons'],
    taps: LibvirtPair['taps'],
  ) {
    this.rig = rig;
    this.image = image;
    this.#bridges = bridges;
    this.handoffDirectory = handoffInDirectory ? join(rig.directory, 'handoff') : undefined;
    this.daemons = daemons;
    this.taps = taps;
  }

  static async start(options: PairOptions): Promise<LibvirtPair> {
    const { image, place, directory, before } = options;
    // The guests are libvirt's: the rig makes no taps.
    const guest = { name: 'none', uuid: '', nics: [] };
    const rig = await LabRig.start({ image, guest, directory });
    try {
      await mkdir(place.cache, { recursive: true });
      const { A: namespaceA, B: namespaceB } = rig.network.hosts;
      await ipBatch(namespaceA, [
        `link add mg0 type veth peer name mg0 netns ${namespaceB}`,
        `addr add ${migrationAddresses.A}/24 dev mg0`,
        'link set mg0 up',
        `link set br0 ${settings}`,
      ]);
      await ipBatch(namespaceB, [
        `addr add ${migrationAddresses.B}/24 dev mg0`,
        'link set mg0 up',
        `link set br0 ${settings}`,
      ]);
      const [A, B] = await Promise.all([
        LibvirtHost.start(rig, 'A', place),
        LibvirtHost.start(rig, 'B', place),
      ]);
      const bridges = await before?.(rig, { A, B });
      const taps = { A: TapWatch.start(rig, A), B: TapWatch.start(rig, B) };
      const [atA, atB] = await Promise.all([LibvirtDaemon.start(rig, A), LibvirtDaemon.start(rig, B)]);
      return new LibvirtPair(rig, options, bridges, { A: atA, B: atB }, taps);
    } catch (error) {
      await rig.stop();
      throw error;
    }
  }

  host(name: PairHost): LibvirtHost {
    return this.daemons[name].host;
  }

  /** What the bridges and the switch have wrong about the stations of a guest that runs on a host. */
  async misplaced(host: PairHost, stations: readonly Station[]): Promise<string[]> {
    if (!this.#bridges) return misplacedStations(this.rig, host, stations, libvirtTap);
    const entries = await this.#bridges[host].entries();
    const astray = entries.filter(
      ({ mac, port }) => port === 'up0' && stations.some((each) => each.mac === mac),
    );
    const wrong = await wrongAtSwitch(this.rig, host, stations);
    return [
      ...astray.map(({ mac, vlan }) => `Open vSwitch of ${host} has ${mac} vlan ${vlan} at up0`),
      ...wrong,
    ];
  }

  async stop(): Promise<void> {
    await this.rig.stop();
  }
}
