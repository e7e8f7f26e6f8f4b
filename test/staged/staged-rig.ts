import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LinuxBridgeSwitch } from '../lab/linux-bridge-switch.js';
import {
  createNetwork,
  type HostName,
  ipBatch,
  type LabNetwork,
  makeSocketDirectory,
  removeNetwork,
} from '../lab/namespaces.js';
import { runProgram } from '../lab/run-program.js';
import { TapReceiver } from '../lab/tap-receiver.js';
import type { PlayedSpec } from './played/played-spec.js';
import type { PlayedGuest } from './played-guest.js';
import { PlayedQemu } from './played-qemu.js';
import { type AgentPlace, StagedAgent } from './staged-agent.js';

interface Stoppable {
  stop(): Promise<void>;
}

export interface RigOptions {
  /** Takes the artefacts. */
  readonly directory: string;
  /** How many taps each host has: tap0, tap1, ... Default 2. */
  readonly taps?: number;
  /** Leaves the hosts' uplinks without a switch between them: what one sends is heard at its own uplink alone. */
  readonly apart?: boolean;
  /** Has the hand-off directory in memory: a disk keeps many writes waiting for as long as it likes. */
  readonly inMemory?: boolean;
}

/** How one played QEMU is started, besides its guest. */
export type QemuOptions = Partial<Omit<PlayedSpec, keyof PlayedGuest>> & {
  /** Tells it from others of its host. */
  readonly label?: string;
};

/** How one agent is started. */
export type AgentOptions = Partial<Pick<AgentPlace, 'host' | 'config' | 'label'>>;

/** A file system in memory. */
const memory = '/dev/shm';

/** What was started and not yet stopped, rig by rig: a signal must find it even while a rig is being made. */
const active = new Set<Stoppable[]>();

/** Stops every rig at once. */
export async function stopActiveRigs(): Promise<void> {
  for (const started of active) await stopAll(started);
}

/** Three hosts with bridges, taps and uplinks of their own, a switch between them, and one hand-off directory. */
export class StagedRig {
  readonly directory: string;
  /** The hand-off directory of all hosts. */
  readonly handoff: string;
  readonly #network: LabNetwork;
  readonly #sockets: string;
  readonly #started: Stoppable[];
  #buffered = 0;

  private constructor(
    { directory, inMemory = false }: RigOptions,
    network: LabNetwork,
    sockets: string,
    started: Stoppable[],
  ) {
    this.directory = directory;
    this.handoff = inMemory ? join(memory, `nic-herald-handoff-${process.pid}`) : join(directory, 'handoff');
    this.#network = network;
    this.#sockets = sockets;
    this.#started = started;
  }

  static async start(options: RigOptions): Promise<StagedRig> {
    const { directory, taps = 2, apart = false } = options;
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
    const sockets = await makeSocketDirectory();
    const started: Stoppable[] = [
      { stop: () => rm(sockets, { recursive: true, force: true }) },
      { stop: removeNetwork },
    ];
    active.add(started);
    try {
      const names = Array.from({ length: taps }, (_, index) => `tap${index}`);
      const network = await createNetwork({ taps: names, thirdHost: true });
      if (!apart) started.push(await LinuxBridgeSwitch.start(network.switch, network.switchPorts));
      const rig = new StagedRig(options, network, sockets, started);
      await mkdir(rig.handoff, { recursive: true, mode: 0o700 });
      if (options.inMemory) rig.owns({ stop: () => rm(rig.handoff, { recursive: true, force: true }) });
      return rig;
    } catch (error) {
      await stopAll(started);
      throw error;
    }
  }

  /** Where a QMP socket of a host must be for its agent to find it. */
  socket(host: HostName, label = '0'): string {
    return join(this.#sockets, `${host}-${label}.qmp`);
  }

  /** The network namespace of a host. */
  namespace(host: HostName): string {
    return this.#network.hosts[host];
  }

  /** Takes over the end of something that was started beside it. */
  owns(part: Stoppable): void {
    this.#started.push(part);
  }

  /** Starts the agent of a host. */
  async agent(host: HostName, options: AgentOptions = {}): Promise<StagedAgent> {
    const agent = await StagedAgent.start({
      ...{ label: host, host, namespace: this.#network.hosts[host], directory: this.directory },
      ...{ glob: this.socket(host, '*'), control: join(this.#sockets, `${host}.control`) },
      ...{ handoff: this.handoff, ...options },
    });
    this.#started.push({ stop: () => agent.kill() });
    return agent;
  }

  /** Starts a played QEMU with a guest on a host. */
  async qemu(host: HostName, guest: PlayedGuest, options: QemuOptions = {}): Promise<PlayedQemu> {
    const { label = '0', incoming = false, ...rest } = options;
    const spec = {
      ...{ incoming, runState: incoming ? 'inmigrate' : 'running', migration: {}, events: true },
      ...{ sockets: [this.socket(host, label)], ...guest, ...rest },
    };
    const log = join(this.directory, `qemu-${host}-${label}.log`);
    const qemu = await PlayedQemu.start(spec, this.#network.hosts[host], log);
    this.#started.push(qemu);
    return qemu;
  }

  /** Captures what leaves a host by its uplink; `many` for more frames than an ordinary buffer holds. */
  async uplink(host: HostName, many = false): Promise<TapReceiver> {
    this.#buffered += 1;
    const file = join(this.directory, `${host}-up0-${this.#buffered}.pcap`);
    const options = many ? { bufferKib: 64 * 1024 } : {};
    const receiver = await TapReceiver.start(this.#network.hosts[host], 'up0', 'out', file, options);
    this.#started.push(receiver);
    return receiver;
  }

  /** Runs `ip` commands on a host, in order. */
  async ip(host: HostName, ...lines: readonly string[]): Promise<void> {
    await ipBatch(this.#network.hosts[host], lines);
  }

  /** Runs a `tc` command on a host. */
  async tc(host: HostName, words: string): Promise<void> {
    await runProgram('tc', ['-n', this.#network.hosts[host], ...words.split(' ')]);
  }

  async stop(): Promise<void> {
    await stopAll(this.#started);
  }
}

/** Runs a scenario on a fresh rig, which is gone when this resolves. */
export async function withRig<T>(options: RigOptions, body: (rig: StagedRig) => Promise<T>): Promise<T> {
  const rig = await StagedRig.start(options);
  try {
    return await body(rig);
  } finally {
    await rig.stop();
  }
}

/** Last come, first stopped; the agents and QEMUs in it end side by side. */
async function stopAll(started: Stoppable[]): Promise<void> {
  const [sockets, network, ...rest] = started.splice(0);
  await Promise.all(rest.map((part) => part.stop().catch(() => undefined)));
  await network?.stop().catch(() => undefined);
  await sockets?.stop().catch(() => undefined);
  active.delete(started);
}
