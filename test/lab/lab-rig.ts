import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GuestImage } from './guest-image.js';
import type { LanSwitch, SwitchStarter } from './lan-switch.js';
import {
  createNetwork,
  type HostName,
  type LabNetwork,
  type Macvtap,
  makeSocketDirectory,
  removeNetwork,
} from './namespaces.js';
import { startOpenVswitch } from './open-vswitch.js';
import { PeerProber } from './peer-prober.js';
import type { HostQemus } from './qemu-build.js';
import { type GuestSpec, type QemuOptions, QemuProcess } from './qemu-process.js';
import { TapReceiver } from './tap-receiver.js';

/** What was started and not yet stopped, rig by rig: a signal must find it even while a rig is being made. */
const active = new Set<Stoppable[]>();

interface Stoppable {
  stop(): Promise<void>;
}

export interface RigOptions {
  readonly image: GuestImage;
  readonly guest: GuestSpec;
  /** What each host runs; the QEMU of `PATH` where nothing is said. */
  readonly qemus?: HostQemus;
  /** Other guests, whose taps are made as well. */
  readonly neighbours?: readonly GuestSpec[];
  /** Whether the network has a host C as well. */
  readonly thirdHost?: boolean;
  /** Takes the artefacts: captures, QMP logs, process logs. */
  readonly directory: string;
  /** What stands between the hosts; Open vSwitch where nothing is said. */
  readonly switch?: SwitchStarter;
  /** Called before everything is taken down. */
  readonly beforeStop?: (rig: LabRig) => Promise<void>;
}

/** Stops every rig at once. */
export async function stopActiveRigs(): Promise<void> {
  for (const started of active) await stopAll(started);
}

/** Two hosts, the switch and the peer, fresh for one measurement, and everything started in them. */
export class LabRig {
  readonly network: LabNetwork;
  readonly switch: LanSwitch;
  readonly prober: PeerProber;
  readonly directory: string;
  readonly sockets: string;
  readonly #options: RigOptions;
  readonly #started: Stoppable[];
  readonly #receivers = new Map<string, TapReceiver>();

  private constructor(
    options: RigOptions,
    parts: { network: LabNetwork; switch: LanSwitch; prober: PeerProber; sockets: string },
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
    const sockets = await makeSocketDirectory();
    const started: Stoppable[] = [
      { stop: () => rm(sockets, { recursive: true, force: true }) },
      { stop: removeNetwork },
    ];
    active.add(started);
    try {
      const guests = [options.guest, ...(options.neighbours ?? [])];
      const multiQueue = new Set(
        guests.flatMap(({ nics }) =>
          nics.flatMap(({ tap, passedQueues = 0 }) => (passedQueues > 1 ? [tap] : [])),
        ),
      );
      const macvtaps = macvtapsOf(options.guest);
      const taps = guests.flatMap(tapsOf).filter((tap) => macvtaps.every(({ name }) => name !== tap));
      const network = await createNetwork({
        taps,
        macvtaps,
        multiQueue,
        thirdHost: options.thirdHost ?? false,
      });
      const startSwitch = options.switch ?? startOpenVswitch;
      const lanSwitch = await startSwitch(network, join(sockets, 'ovs'));
      started.push(lanSwitch);
      const prober = await PeerProber.start(network.peer, options.directory);
      started.push(prober);
      return new LabRig(options, { network, switch: lanSwitch, prober, sockets }, started);
    } catch (error) {
      await stopAll(started);
      throw error;
    }
  }

  /** The taps of the guest, on either host. */
  get taps(): readonly string[] {
    return tapsOf(this.#options.guest);
  }

  /** Whether the hosts have a bridge: where the guest's ports are macvtaps they have none. */
  get isBridged(): boolean {
    return macvtapsOf(this.#options.guest).length === 0;
  }

  /** Starts a QEMU for the guest, or for the neighbour that is named. */
  async startQemu(
    host: HostName,
    extra: Pick<QemuOptions, 'incoming' | 'paused' | 'runBy' | 'suffix'> & { readonly guest?: GuestSpec },
  ): Promise<QemuProcess> {
    const { image, guest, directory, qemus } = this.#options;
    const namespace = this.network.hosts[host];
    const qemu = await QemuProcess.start({
      host,
      namespace,
      directory,
      sockets: this.sockets,
      image,
      guest,
      ...(qemus === undefined ? {} : { qemus }),
      ...extra,
    });
    this.#started.push(qemu);
    return qemu;
  }

  /**
   * Captures one direction of a device of a host into `<host>-<device>-<direction>.pcap`, once per rig: as a tap has it, where what is
   * for the guest goes out. A macvtap has it the other way about.
   */
  async capture(host: HostName, device: string, direction: 'in' | 'out'): Promise<TapReceiver> {
    const name = `${host}-${device}-${direction}`;
    const running = this.#receivers.get(name);
    if (running) return running;
    const file = join(this.directory, `${name}.pcap`);
    const isMacvtap = macvtapsOf(this.#options.guest).some((each) => each.name === device);
    const side = isMacvtap ? (direction === 'in' ? 'out' : 'in') : direction;
    const receiver = await TapReceiver.start(this.network.hosts[host], device, side, file);
    this.#receivers.set(name, receiver);
    this.#started.push(receiver);
    return receiver;
  }

  /** Hands over something to be stopped with the rig, before what was started earlier. */
  owns(part: Stoppable): void {
    this.#started.push(part);
  }

  async stop(): Promise<void> {
    await this.#options.beforeStop?.(this);
    await stopAll(this.#started);
  }
}

function tapsOf(guest: GuestSpec): string[] {
  return guest.nics.map((nic) => nic.tap);
}

const macvtapsOf = ({ nics }: GuestSpec): readonly Macvtap[] =>
  nics.flatMap(({ tap, mac, macvtap }) => (macvtap === undefined ? [] : [{ name: tap, mac, mode: macvtap }]));

async function stopAll(started: Stoppable[]): Promise<void> {
  for (let part = started.pop(); part; part = started.pop()) await part.stop().catch(() => undefined);
  active.delete(started);
}
