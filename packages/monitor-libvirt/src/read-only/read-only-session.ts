import {
  asHeraldError,
  type Clock,
  type GuestIntake,
  type GuestPhase,
  guestIdentity,
  type HeraldError,
  messageOf,
} from '@nic-herald/core';
import { type Domain, LIBVIRT_CODES, type LifecycleEvent, libvirtCodeOf } from '@nic-herald/libvirt';
import { DomainNics } from '../domain/domain-nics.js';
import type { DomainProcesses } from '../domain/domain-processes.js';
import type { DomainCalls } from '../domain/domain-source.js';
import { originOf, runStateOf } from '../domain/domain-standing.js';
import { domainDescription } from '../domain/domain-xml.js';
import { ReadOnlyGuest } from './read-only-guest.js';
import { ReadOnlyReports } from './read-only-reports.js';

/** What a session needs of its surroundings. */
export interface ReadOnlySurroundings {
  readonly intake: GuestIntake;
  readonly clock: Clock;
  readonly libvirt: DomainCalls;
  readonly version: () => Promise<string>;
  readonly processes: DomainProcesses;
  readonly warn: (warning: HeraldError, about: string) => void;
}

/** One run of one domain that may only be looked at: reports what libvirt's lifecycle events say, in their order. */
export class ReadOnlySession {
  /** Resolves once the introduction has come to something. Never rejects. */
  readonly settled: Promise<void>;
  private readonly early: LifecycleEvent[] = [];
  private readonly aborter = new AbortController();
  private reports: ReadOnlyReports | undefined;

  /** `instance`: see `Guest`. */
  constructor(
    readonly domain: Domain,
    private readonly instance: string,
    private readonly around: ReadOnlySurroundings,
  ) {
    this.settled = this.introduce();
  }

  /** libvirt told what became of the domain. */
  hear(event: LifecycleEvent, readAt: number): void {
    if (this.reports) this.reports.hear(event, readAt);
    else this.early.push(event);
  }

  /** A NIC came or went. */
  nicsChanged(): void {
    this.reports?.nicsChanged();
  }

  /** The domain is gone, or libvirt is. */
  end(): void {
    const { reports } = this;
    this.close();
    reports?.gone();
  }

  /** Ends without a word. */
  close(): void {
    this.reports = undefined;
    this.aborter.abort();
  }

  private async introduce(): Promise<void> {
    const { domain, around } = this;
    const { name } = domain;
    const { signal } = this.aborter;
    try {
      const { libvirt, processes, clock } = around;
      const process = await processes.of(domain);
      const [state, xml, version] = await Promise.all([
        libvirt.state(domain, { signal }),
        libvirt.xml(domain, 0, { signal }),
        around.version(),
      ]);
      if (signal.aborted) return;
      const { uuid } = domainDescription(xml);
      const holder = process?.isQemu === true ? process.incarnation : undefined;
      const nics = new DomainNics(
        async (options) =>
          domainDescription(
            await libvirt.xml(domain, 0, options.signal === undefined ? {} : { signal: options.signal }),
          ),
        () => holder,
      );
      const runState = runStateOf(state, process?.startedToWait);
      const guest = new ReadOnlyGuest(
        {
          instance: this.instance,
          identity: guestIdentity({ name, uuid }),
          hypervisor: { name: 'QEMU', version },
          process: holder,
          startedAt: holder === undefined ? undefined : process?.startedAt,
          origin: originOf(state, process?.startedToWait),
        },
        (options) => nics.list(options),
      );
      const phase = PHASES[runState] ?? 'paused';
      const reports = new ReadOnlyReports(guest, phase, around.intake);
      this.reports = reports;
      around.intake.appeared({ guest, phase });
      const now = clock.now();
      // what came meanwhile may be in the state that was told: what is known already leads to no fact
      for (const event of this.early.splice(0)) reports.hear(event, now);
    } catch (error) {
      if (signal.aborted || libvirtCodeOf(error) === LIBVIRT_CODES.NO_DOMAIN) return;
      const message = `domain ${name} could not be introduced: ${messageOf(error)}; it is looked at again when libvirt tells of it, please report it`;
      around.warn(asHeraldError(error, 'HERALD_MONITOR_FAULT', message, { domain: name }), name);
    }
  }
}

/** Where a guest stands, by its run state. */
const PHASES: Readonly<Record<string, GuestPhase>> = {
  inmigrate: 'incoming',
  running: 'running',
  postmigrate: 'migrated-away',
};
