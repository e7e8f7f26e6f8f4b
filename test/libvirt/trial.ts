import { join } from 'node:path';
import type { AgentPair } from '../lab/agent-process.js';
import { type ArrivalWatch, claimsBetween, measureReturns, probeSource } from '../lab/guest-move.js';
import { darkStations, reportFaults } from '../lab/herald-checks.js';
import type { Measurement } from '../lab/measurement.js';
import { waitUntil } from '../lab/wait-until.js';
import type { Attachment } from './domain-xml.js';
import { bootSilentGuest } from './guest-on-pair.js';
import { handedOver, startLibvirtAgents } from './libvirt-agents.js';
import type { LibvirtContext } from './libvirt-case.js';
import type { PairHost } from './libvirt-host.js';
import { LibvirtPair, type PairOptions } from './libvirt-pair.js';
import { type MigrateOptions, migrate } from './migrate.js';
import { resumeOn } from './qemu-events.js';
import { type SilentGuest, silentGuest } from './silent-guest.js';

export interface TrialOptions {
  readonly guest?: SilentGuest;
  readonly attachment?: Attachment;
  readonly before?: PairOptions['before'];
  /** The guest is not probed: what it is measured by is the scenario's own. */
  readonly isUnprobed?: boolean;
  /** What is done once the guest is silent, before it is probed; gives the guest that this made of it. */
  readonly prepare?: (ready: {
    readonly pair: LibvirtPair;
    readonly guest: SilentGuest;
  }) => Promise<SilentGuest>;
}

/** What a move of the guest came to. */
export interface Moved {
  readonly begunAtMs: number;
  readonly resumedAtMs: number;
  readonly measurement: Measurement;
}

/** A silent guest on A whose stations all tables have, probed all the while, with agents on both hosts or on none. */
export class Trial {
  readonly pair: LibvirtPair;
  readonly guest: SilentGuest;
  readonly agents: AgentPair | undefined;
  /** What must not be. */
  readonly faults: string[] = [];
  readonly notes: string[] = [];
  readonly #uplinks: Readonly<Record<PairHost, ArrivalWatch['uplink']>>;
  #reports = { A: 0, B: 0 };

  private constructor(
    pair: LibvirtPair,
    guest: SilentGuest,
    agents: AgentPair | undefined,
    uplinks: Readonly<Record<PairHost, ArrivalWatch['uplink']>>,
  ) {
    this.pair = pair;
    this.guest = guest;
    this.agents = agents;
    this.#uplinks = uplinks;
  }

  /** Runs `act` with a fresh one and takes everything down afterwards. */
  static async run<T>(
    context: LibvirtContext,
    options: TrialOptions,
    withAgents: boolean,
    act: (trial: Trial) => Promise<T>,
  ): Promise<T> {
    const { guest: booted = silentGuest(), attachment, before, prepare } = options;
    const directory = join(context.directory, withAgents ? 'nic-herald' : 'qemu-alone');
    const { image, place, handoffInDirectory } = context;
    const pair = await LibvirtPair.start({
      image,
      place,
      directory,
      handoffInDirectory,
      ...(before ? { before } : {}),
    });
    try {
      const [agents] = await Promise.all([
        withAgents ? startLibvirtAgents(pair) : undefined,
        bootSilentGuest(pair, booted, attachment),
      ]);
      const guest = (await prepare?.({ pair, guest: booted })) ?? booted;
      const uplinks = {
        A: await pair.rig.capture('A', 'up0', 'out'),
        B: await pair.rig.capture('B', 'up0', 'out'),
      };
      const trial = new Trial(pair, guest, agents, uplinks);
      if (!options.isUnprobed) await probeSource(pair.rig, trial.watch('A'));
      if (agents) await handedOver(pair, 'A', guest.name, guest.stations);
      return await act(trial);
    } finally {
      await pair.stop();
    }
  }

  /** What watches the guest at a host. */
  watch(host: PairHost): ArrivalWatch {
    const { stations } = this.guest;
    return { host, stations, taps: [this.pair.taps[host]], uplink: this.#uplinks[host] };
  }

  /** Migrates the guest and measures how it arrives. With agents, all that must be so at the destination is checked. */
  async move(from: PairHost, to: PairHost, options: MigrateOptions = {}): Promise<Moved> {
    const begunAtMs = Date.now();
    const [resumedAtMs] = await Promise.all([
      resumeOn(this.pair.host(to), begunAtMs),
      migrate(this.pair, from, to, this.guest.name, options),
    ]);
    return this.arrived(to, begunAtMs, resumedAtMs);
  }

  /** Measures how a guest that resumed on a host is reached there, with the checks of {@link move}. */
  async arrived(host: PairHost, begunAtMs: number, resumedAtMs: number): Promise<Moved> {
    const watch = this.watch(host);
    const measurement = await measureReturns(watch, resumedAtMs);
    const lateMs = this.pair.taps[host].listeningSinceMs - resumedAtMs;
    if (lateMs > 0) this.notes.push(`the taps of ${host} were captured from ${lateMs} ms after RESUME on`);
    if (this.agents) {
      this.faults.push(...darkStations(measurement, `${host}: `));
      const early = await claimsBetween(watch, begunAtMs, resumedAtMs);
      this.faults.push(...early.map((key) => `${key} was announced on ${host} before the guest ran there`));
      const report = await this.agents[host].report(++this.#reports[host]);
      this.faults.push(...reportFaults(report, this.guest.stations));
      const { stations } = this.guest;
      this.faults.push(...(await this.pair.misplaced(host, stations)));
    }
    return { begunAtMs, resumedAtMs, measurement };
  }

  /** Waits until libvirt says of the guest that it is in a state. */
  async stateBecomes(host: PairHost, state: string, timeoutMs = 10_000): Promise<void> {
    const { virsh } = this.pair.daemons[host];
    await waitUntil(`${this.guest.name} to be ${state} on ${host}`, { timeoutMs }, async () => {
      return (await virsh.state(this.guest.name)) === state || undefined;
    });
  }

  /** Every station is reached at a host from now on. */
  async reachedAt(host: PairHost): Promise<void> {
    await probeSource(this.pair.rig, this.watch(host));
  }

  /** So many reports of a host belong to what the scenario did by itself. */
  expectReports(host: PairHost, count: number): void {
    this.#reports[host] += count;
  }

  /** Every report beyond those of the moves that were measured is a fault. */
  async noOtherReports(): Promise<void> {
    if (!this.agents) return;
    for (const host of ['A', 'B'] as const) {
      const reports = (await this.agents[host].reports()).slice(this.#reports[host]);
      this.faults.push(
        ...reports.map(({ cause, outcome }) => `${host} wrote another report: ${cause}, ${outcome}`),
      );
    }
  }
}
