import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GuestImage } from './guest-image.js';
import { createNetwork, type HostName, type LabNetwork, removeNetwork } from './namespaces.js';
import { OpenVswitch } from './open-vswitch.js';
import { PeerProber } from './peer-prober.js';
import { type GuestSpec, type QemuOptions, QemuProcess } from './qemu-process.js';
import { TapReceiver } from './tap-receiver.js';

interface Stoppable {
  stop(): Promise<void>;
}

export interface RigOptions {
  readonly image: GuestImage;
  readonly guest: GuestSpec;
  /** Takes the artefacts: captures, QMP logs, process logs. */
  readonly directory: string;
}

/** Two hosts, the switch and the peer, fresh for one measurement, and everything started in them. */
export class LabRig {
  readonly network: LabNetwork;
  readonly switch: OpenVswitch;
  readonly prober: PeerProber;
  readonly directory: string;
  readonly sockets: string;
  readonly #options: RigOptions;
  readonly #started: Stoppable[];

  private constructor(
    options: RigOptions,
    parts: { network: LabNetwork; switch: OpenVswitch; prober: PeerProber; sockets: string },
    started: Stoppable[],
  ) {
    this.network = parts.network;
    this.switch = parts.switch;
    this.prober = parts.prober;
    this.directory = options.directory;
    this.sockets = parts.sockets;
    this.#options = options;
    this.#started = started;
  }

  static async start(options: RigOptions): Promise<LabRig> {
    await rm(options.directory, { recursive: true, force: true });
    await mkdir(options.directory, { recursive: true });
    const sockets = await mkdtemp(join(tmpdir(), 'nhlab-'));
    const started: Stoppable[] = [
      { stop: () => rm(sockets, { recursive: true, force: true }) },
      { stop: removeNetwork },
    ];
    try {
      const network = await createNetwork({ taps: options.guest.nics.map((nic) => nic.tap) });
      const openVswitch = await OpenVswitch.start(network.switch, join(sockets, 'ovs'), ['swA', 'swB', 'swP']);
      started.push(openVswitch);
      const prober = await PeerProber.start(network.peer, options.directory);
      started.push(prober);
      return new LabRig(options, { network, switch: openVswitch, prober, sockets }, started);
    } catch (error) {
      await stopAll(started);
      throw error;
    }
  }

  async startQemu(host: HostName, extra: Pick<QemuOptions, 'incoming' | 'paused' | 'suffix'>): Promise<QemuProcess> {
    const { image, guest, directory } = this.#options;
    const namespace = this.network.hosts[host];
    const qemu = await QemuProcess.start({ host, namespace, directory, sockets: this.sockets, image, guest, ...extra });
    this.#started.push(qemu);
    return qemu;
  }

  /** Captures one direction of a device of a host into `<host>-<device>-<direction>.pcap`. */
  async capture(host: HostName, device: string, direction: 'in' | 'out'): Promise<TapReceiver> {
    const file = join(this.directory, `${host}-${device}-${direction}.pcap`);
    const receiver = await TapReceiver.start(this.network.hosts[host], device, direction, file);
    this.#started.push(receiver);
    return receiver;
  }

  /** Hands over something to be stopped with the rig, before what was started earlier. */
  owns(part: Stoppable): void {
    this.#started.push(part);
  }

  async stop(): Promise<void> {
    await stopAll(this.#started);
  }
}

async function stopAll(started: Stoppable[]): Promise<void> {
  for (let part = started.pop(); part; part = started.pop()) await part.stop().catch(() => undefined);
}
