import { type Guest, type GuestKey, isSameProcess, type Snapshot, type StationKey } from '@nic-herald/core';
import { type AnnouncePacing, DEFAULT_ANNOUNCE_PACING } from '@nic-herald/core/internal';
import { FakeClock, MemoryHandoff } from '@nic-herald/testkit';
import { Agent } from './agent.js';
import type { CardContent } from './card-content.js';
import { Chronicle } from './faults.js';
import { Life } from './life.js';
import { Machine } from './machine.js';
import { type History, HOSTS, type HostName, type MachineNumber } from './move.js';
import { VmProcess } from './vm-process.js';
import { WorldHost } from './world-host.js';

/** What is held against the truth the moment it happens. */
export interface WorldRules {
  frame(world: World, agent: Agent, vm: VmProcess, station: StationKey): void;
  published(world: World, vm: VmProcess, snapshot: Snapshot): void;
}

/** Three hosts, their agents, the machines on them, and the store they share: what is true, and who did what. */
export class World {
  readonly clock = new FakeClock();
  readonly store = new MemoryHandoff();
  readonly chronicle = new Chronicle(() => this.clock.elapsed());
  readonly hosts: ReadonlyMap<HostName, WorldHost> = new Map(
    HOSTS.map((name) => [name, new WorldHost(name)]),
  );
  readonly machines: readonly Machine[];
  /** Every process there ever was. */
  readonly vms: VmProcess[] = [];
  /** What the store has of each key and host, and of which process it is. */
  readonly entries = new Map<string, { readonly vm: VmProcess; readonly epoch: number }>();
  /** Of whom an entry that nobody of these hosts wrote was put into the store. */
  readonly foreign = new Set<GuestKey>();
  /** What was announced of each machine on each host, by `0@A`. */
  readonly announced = new Map<string, Set<StationKey>>();
  readonly latencyMs: number;
  readonly isSlow: boolean;
  private readonly agents: Agent[] = [];

  constructor(
    { cloned, latencyMs, isSlow = false }: Omit<History, 'agents' | 'moves'>,
    private readonly rules: WorldRules,
  ) {
    this.latencyMs = latencyMs;
    this.isSlow = isSlow;
    const names = cloned ? ['web', 'web', 'db'] : ['web', 'mail', 'db'];
    this.machines = names.map((name, number) => new Machine(number as MachineNumber, name));
  }

  get now(): number {
    return this.clock.elapsed();
  }

  host(name: HostName): WorldHost {
    return found(this.hosts.get(name));
  }

  machine(number: MachineNumber): Machine {
    return found(this.machines[number]);
  }

  /** The processes that are on a host, in the order of their start. */
  on(host: WorldHost): readonly VmProcess[] {
    return this.vms.filter((vm) => vm.host === host && vm.isThere);
  }

  /** The agent that runs on a host. */
  agentAt({ agent }: WorldHost): Agent | undefined {
    return this.agents.find((each) => each === agent);
  }

  /** The process behind a tap. */
  behind(tap: string): VmProcess {
    const id = tap.slice(0, tap.lastIndexOf('n'));
    return found(this.vms.find((vm) => vm.id === id));
  }

  /** The process that a snapshot names. */
  writtenOf({ process }: Pick<Snapshot, 'process'>): VmProcess | undefined {
    return this.vms.find((vm) => process !== undefined && isSameProcess(vm.process, process));
  }

  /** An agent is made on a host that has none. */
  newAgent(host: WorldHost): Agent {
    const agent = new Agent(`agent ${this.agents.length + 1} on ${host.name}`, host, {
      clock: this.clock,
      store: this.store,
      latencyMs: this.latencyMs,
      pacing: this.isSlow ? SLOW : DEFAULT_ANNOUNCE_PACING,
      sent: (agent, tap, station) => this.sent(agent, tap, station),
      published: (agent, snapshot) => this.published(agent, snapshot),
      removed: (key, name) => void this.entries.delete(`${key} ${name}`),
    });
    this.agents.push(agent);
    host.agent = agent;
    return agent;
  }

  /** A process begins on a host, for a guest that it boots or waits for. */
  newProcess(machine: Machine, host: WorldHost, origin: NonNullable<Guest['origin']>, of?: Life): VmProcess {
    const card: CardContent =
      of === undefined ? machine.cardOf(BOOT_BITS) : (machine.process?.card ?? machine.lastCard);
    const life = of ?? new Life(machine, machine.life, host.agent !== undefined);
    const pid = host.nextPid();
    const process = { bootId: host.bootId, pid, startTicks: Math.round(this.now / 10) };
    const id = `m${machine.number}${host.name}${this.vms.length}`;
    const startedAt = this.clock.now();
    const vm = new VmProcess({ id, machine, life, host, origin, process, startedAt, card }, this.now);
    this.vms.push(vm);
    vm.awaitedBy = host.agent;
    if (host.agent === undefined) life.isWatched = false;
    for (const twin of this.vms) if (isTwin(twin, vm)) this.crowd(twin, vm);
    this.agentAt(host)?.sees(vm);
    return vm;
  }

  /** A process ends; its host's agent sees that, unless it is gone, too. */
  ends(vm: VmProcess): void {
    if (!vm.isThere) return;
    vm.state = 'gone';
    this.losesUnwritten(vm);
    this.agentAt(vm.host)?.tell('gone', vm);
  }

  /** What was seen of a guest in a process and is not written down by now may never be. */
  losesUnwritten({ known, life }: VmProcess): void {
    for (const station of known.loseUnwritten(this.now)) life.spoken.delete(station);
  }

  private crowd(...vms: readonly VmProcess[]): void {
    for (const vm of vms) {
      vm.isCrowded = true;
      vm.life.isWatched = false;
      vm.life.isCrowded = true;
      vm.known.forget();
    }
  }

  private sent(agent: Agent, tap: string, station: StationKey): void {
    if (agent.isOver && !agent.hasEnded) return; // it was killed: none of its frames leave
    const vm = this.behind(tap);
    this.chronicle.tell(`  ${agent.id} sends ${station} at ${tap}`);
    if (agent.hasEnded) this.chronicle.fault('P5', `${agent.id} has ended, and sends ${station} at ${tap}`);
    this.rules.frame(this, agent, vm, station);
  }

  private published(agent: Agent, snapshot: Snapshot): void {
    if (agent.isOver) return;
    const { epoch, residence, nics } = snapshot;
    const vm = this.writtenOf(snapshot);
    const learned = nics.flatMap((nic) => nic.learned.map(({ station }) => station.mac.slice(-2))).join(',');
    this.chronicle.tell(`  ${agent.id} writes ${vm?.id} epoch ${epoch} ${residence} (${learned})`);
    if (vm !== undefined) this.rules.published(this, vm, snapshot);
  }
}

/** A first round takes longer than an agent waits before it writes down that it owes it. */
const SLOW: AnnouncePacing = { framesPerSecond: 60, burst: 2 };

/** A card as it is just after the boot: one more MAC, on one VLAN. */
const BOOT_BITS = 0b0101;

/** Another machine of the same key that is, or was, on the same host: the host has one entry for both. */
const isTwin = (one: VmProcess, other: VmProcess): boolean =>
  one.machine !== other.machine && one.machine.key === other.machine.key && one.host === other.host;

const found = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('the history names what is not there');
  return value;
};
