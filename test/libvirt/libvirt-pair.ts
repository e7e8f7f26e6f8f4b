import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { GuestImage } from '../lab/guest-image.js';
import { LabRig } from '../lab/lab-rig.js';
import { ipBatch } from '../lab/namespaces.js';
import type { LibvirtPlace } from './libvirt-case.js';
import { LibvirtDaemon } from './libvirt-daemon.js';
import { LibvirtHost, migrationAddresses, type PairHost } from './libvirt-host.js';
import { TapWatch } from './tap-watch.js';

export interface PairOptions {
  readonly image: GuestImage;
  readonly place: LibvirtPlace;
  /** Takes the artefacts. */
  readonly directory: string;
  /** Whether agents hand over in a directory that both hosts have, not in the domains. */
  readonly handoffInDirectory: boolean;
  /** What is done to the network before any daemon starts. */
  readonly before?: (rig: LabRig, hosts: Readonly<Record<PairHost, LibvirtHost>>) => Promise<void>;
}

/** The bridges keep what they learned longer than any scenario takes. */
const settings = 'type bridge ageing_time 30000';

/** Two libvirt hosts on the lab's network, with a cable between them for migrations. */
export class LibvirtPair {
  readonly rig: LabRig;
  readonly image: GuestImage;
  /** Where agents hand over; undefined: in the domains. */
  readonly handoffDirectory: string | undefined;
  readonly daemons: Readonly<Record<PairHost, LibvirtDaemon>>;
  readonly taps: Readonly<Record<PairHost, TapWatch>>;

  private constructor(
    rig: LabRig,
    { image, handoffInDirectory }: PairOptions,
    daemons: LibvirtPair['daemons'],
    taps: LibvirtPair['taps'],
  ) {
    this.rig = rig;
    this.image = image;
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
      await before?.(rig, { A, B });
      const taps = { A: TapWatch.start(rig, A), B: TapWatch.start(rig, B) };
      const [atA, atB] = await Promise.all([LibvirtDaemon.start(rig, A), LibvirtDaemon.start(rig, B)]);
      return new LibvirtPair(rig, options, { A: atA, B: atB }, taps);
    } catch (error) {
      await rig.stop();
      throw error;
    }
  }

  host(name: PairHost): LibvirtHost {
    return this.daemons[name].host;
  }

  async stop(): Promise<void> {
    await this.rig.stop();
  }
}
