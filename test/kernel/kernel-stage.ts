import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LabFault } from '../lab/lab-fault.js';
import { ipBatch, makeSocketDirectory } from '../lab/namespaces.js';
import { OpenVswitch } from '../lab/open-vswitch.js';
import { runProgram } from '../lab/run-program.js';
import { TapReceiver } from '../lab/tap-receiver.js';
import type { PlayedGuest } from '../staged/played-guest.js';
import { PlayedQemu } from '../staged/played-qemu.js';
import { StagedAgent } from '../staged/staged-agent.js';

/** Two hosts of one VM, between which guests move. */
export type KernelHost = 'A' | 'B';

export interface QemuOptions {
  /** Whether it waits for a migration. */
  readonly incoming?: boolean;
  /** Whether its QMP socket is where the agent looks; default yes. Without, nic-herald does not know of the guest. */
  readonly seen?: boolean;
}

/** How long an agent may take to start where the processor is emulated. */
const readyMs = 90_000;
/** It gives its plugins 10 s to load, which an emulated processor may exceed when it is busy. */
const mostStarts = 3;

/**
 * Two hosts in namespaces of the VM, each with an agent and an Open vSwitch as soon as a case asks for them; one
 * hand-off directory. All cases of a VM share it, since starting an agent is what takes longest there: each has
 * interfaces and guests of its own.
 */
export class KernelStage {
  readonly handoff: string;
  /** Takes artefacts. */
  readonly directory: string;
  /** Sockets, databases and the hand-off: in the VM's memory. */
  readonly #work: string;
  readonly #agents = new Map<KernelHost, Promise<StagedAgent>>();
  readonly #switches = new Map<KernelHost, Promise<OpenVswitch>>();
  readonly #started: { stop(): Promise<void> }[] = [];
  #count = 0;

  private constructor(directory: string, work: string) {
    this.directory = directory;
    this.handoff = join(work, 'handoff');
    this.#work = work;
  }

  /** `directory` takes logs and captures, also while all runs. */
  static async start(directory: string): Promise<KernelStage> {
    const stage = new KernelStage(directory, await makeSocketDirectory());
    for (const each of [directory, stage.handoff]) await mkdir(each, { recursive: true });
    for (const host of ['A', 'B'] as const) {
      await runProgram('ip', ['netns', 'add', stage.namespace(host)]);
      // Only the guests and the agents may speak here.
      await stage.run(host, [
        'sysctl',
        '-qw',
        'net.ipv6.conf.all.disable_ipv6=1',
        'net.ipv6.conf.default.disable_ipv6=1',
      ]);
      await stage.ip(host, 'link set lo up');
    }
    return stage;
  }

  namespace(host: KernelHost): string {
    return `kernel-${host}`;
  }

  /** Runs `ip` commands on a host, in order. */
  async ip(host: KernelHost, ...lines: readonly string[]): Promise<void> {
    await ipBatch(this.namespace(host), lines);
  }

  /** Runs a program on a host and gives what it printed. */
  async run(host: KernelHost, command: readonly string[]): Promise<string> {
    return runProgram('ip', ['netns', 'exec', this.namespace(host), ...command]);
  }

  /** Lays a cable between the hosts, the same name at either end. */
  async cable(name: string, mtu = 1500): Promise<void> {
    const B = this.namespace('B');
    await this.ip('A', `link add ${name} mtu ${mtu} type veth peer name ${name} mtu ${mtu} netns ${B}`);
    for (const host of ['A', 'B'] as const) await this.ip(host, `link set ${name} up`);
  }

  /** The agent of a host, which runs from the first call on. */
  agent(host: KernelHost): Promise<StagedAgent> {
    return once(this.#agents, host, () => this.#startAgent(host));
  }

  /** The Open vSwitch of a host, with the kernel's datapath and no port at first. */
  openVswitch(host: KernelHost): Promise<OpenVswitch> {
    return once(this.#switches, host, async () => {
      const directory = this.#switchDirectory(host);
      const made = await OpenVswitch.start(this.namespace(host), directory, [], { inKernel: true });
      this.#started.push(made);
      return made;
    });
  }

  /** Starts a played QEMU with a guest on a host. */
  async qemu(host: KernelHost, guest: PlayedGuest, options: QemuOptions = {}): Promise<PlayedQemu> {
    const { incoming = false, seen = true } = options;
    this.#count += 1;
    const label = `${host}-${this.#count}-${guest.name}`;
    const spec = {
      ...{ incoming, runState: incoming ? 'inmigrate' : 'running', migration: {}, events: true },
      ...{ sockets: seen ? [join(this.#work, `${label}.qmp`)] : [], ...guest },
    };
    const log = join(this.directory, `qemu-${label}.log`);
    const qemu = await PlayedQemu.start(spec, this.namespace(host), log);
    this.#started.push(qemu);
    return qemu;
  }

  /** Captures what leaves a host by an interface. */
  async leaving(host: KernelHost, device: string): Promise<TapReceiver> {
    this.#count += 1;
    const file = join(this.directory, `${host}-${device}-${this.#count}.pcap`);
    const receiver = await TapReceiver.start(this.namespace(host), device, 'out', file);
    this.#started.push(receiver);
    return receiver;
  }

  async stop(): Promise<void> {
    const agents = await Promise.allSettled(this.#agents.values());
    for (const each of agents) if (each.status === 'fulfilled') await each.value.stop();
    await Promise.all(this.#started.map((each) => each.stop()));
  }

  #switchDirectory(host: KernelHost): string {
    return join(this.#work, `ovs-${host}`);
  }

  async #startAgent(host: KernelHost): Promise<StagedAgent> {
    const place = {
      ...{ label: host, host, namespace: this.namespace(host), directory: this.directory },
      ...{ glob: join(this.#work, `${host}-*.qmp`), control: join(this.#work, `${host}.control`) },
      handoff: this.handoff,
      config: `plugins: [{ use: '@nic-herald/ports-linux', with: { ovsdb: ${join(this.#switchDirectory(host), 'db.sock')} } }]\n`,
    };
    for (let attempt = 1; ; attempt++) {
      try {
        return await StagedAgent.start(place, readyMs);
      } catch (error) {
        if (attempt === mostStarts || !(error instanceof LabFault)) throw error;
      }
    }
  }
}

/** What was made for a host, or is in the making. */
function once<T>(made: Map<KernelHost, Promise<T>>, host: KernelHost, make: () => Promise<T>): Promise<T> {
  const known = made.get(host) ?? make();
  made.set(host, known);
  return known;
}
