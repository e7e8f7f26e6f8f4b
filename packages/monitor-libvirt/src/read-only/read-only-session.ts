import { type Clock, type GuestIntake, type GuestPhase, guestIdentity } from '@nic-herald/core';
import type { Domain, LifecycleEvent } from '@nic-herald/libvirt';
import type { CommandOptions } from '@nic-herald/qmp';
import { domainEnded } from '../domain/domain-ended.js';
import { DomainNics } from '../domain/domain-nics.js';
import type { DomainProcesses } from '../domain/domain-processes.js';
import type { DomainCalls } from '../domain/domain-source.js';
import { comesIn, isShutOff, originOf, runStateOf } from '../domain/domain-standing.js';
import { type DomainDescription, domainDescription } from '../domain/domain-xml.js';
import { inTime } from '../domain/in-time.js';
import { type DomainWarnings, IntroductionRetry } from '../domain/introduction-retry.js';
import { processAtLast } from '../domain/process-at-last.js';
import { processWaitMs } from '../domain/process-wait.js';
import { ReadOnlyGuest } from './read-only-guest.js';
import { ReadOnlyReports } from './read-only-reports.js';

/** What a session needs of its surroundings. */
export interface ReadOnlySurroundings {
  readonly intake: GuestIntake;
  readonly clock: Clock;
  readonly libvirt: DomainCalls;
  readonly version: () => Promise<string>;
  readonly processes: DomainProcesses;
  readonly warnings: DomainWarnings;
}

interface EarlyEvent {
  readonly event: LifecycleEvent;
  readonly readAt: number;
}

/** One run of one domain that may only be looked at: reports what libvirt's lifecycle events say, in their order. */
export class ReadOnlySession {
  /** Resolves once the first introduction has come to something. Never rejects. */
  readonly settled: Promise<void>;
  private readonly retry: IntroductionRetry;
  private early: EarlyEvent[] = [];
  private readonly aborter = new AbortController();
  private reports: ReadOnlyReports | undefined;

  /** `instance`: see `Guest`. */
  constructor(
    readonly domain: Domain,
    private readonly instance: string,
    private readonly around: ReadOnlySurroundings,
  ) {
    this.retry = new IntroductionRetry(domain, around.clock, around.warnings);
    this.settled = this.introduce();
  }

  /** libvirt told what became of the domain. */
  hear(event: LifecycleEvent, readAt: number): void {
    if (this.reports) this.reports.hear(event, readAt);
    else this.early = [...this.early.slice(-MOST_EARLY), { event, readAt }];
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
    this.retry.stop();
    this.reports = undefined;
    this.aborter.abort();
  }

  private async introduce(): Promise<void> {
    const { around, aborter, retry } = this;
    const { signal } = aborter;
    try {
      const { guest, phase } = await this.found(signal);
      if (signal.aborted) return;
      const reports = new ReadOnlyReports(guest, phase, around.intake);
      this.reports = reports;
      around.intake.appeared({ guest, phase });
      // what came meanwhile may be in the state that was told: what is known already leads to no fact
      for (const { event, readAt } of this.early.splice(0)) reports.hear(event, readAt);
      retry.succeeded();
    } catch (error) {
      retry.failed(error, () => void this.introduce());
    }
  }

  private async found(
    signal: AbortSignal,
  ): Promise<{ readonly guest: ReadOnlyGuest; readonly phase: GuestPhase }> {
    const { domain, around } = this;
    const { libvirt, processes, clock } = around;
    const describe = async (options: CommandOptions): Promise<DomainDescription> =>
      domainDescription(await libvirt.xml(domain, 0, { signal: options.signal ?? signal }));
    const finding = processes.of(domain);
    const [state, { name, uuid }, version] = await Promise.all([
      libvirt.state(domain, { signal }),
      describe({ signal }),
      around.version(),
    ]);
    if (isShutOff(state)) throw domainEnded(domain);
    const isToCome = comesIn(state, false);
    const process = await inTime(clock, processWaitMs(isToCome), finding);
    let known = process?.isQemu === true ? process : undefined;
    if (known === undefined) {
      void processAtLast(processes, domain, { clock, first: finding, signal }).then((found) => {
        known = found;
        if (found !== undefined) this.nicsChanged(); // their ports can be told now
      });
    }
    const waits = known?.startedToWait ?? (isToCome ? true : undefined);
    const nics = new DomainNics(describe, () => known?.incarnation);
    const guest = new ReadOnlyGuest(
      {
        instance: this.instance,
        identity: guestIdentity({ name, uuid }),
        hypervisor: { name: 'QEMU', version },
        process: known?.incarnation,
        startedAt: known?.startedAt,
        origin: originOf(state, waits),
      },
      (options) => nics.list(options),
    );
    return { guest, phase: PHASES[runStateOf(state, waits)] ?? 'paused' };
  }
}

/** So many events are kept of a domain that cannot be introduced; the newest count. */
const MOST_EARLY = 100;

/** Where a guest stands, by its run state. */
const PHASES: Readonly<Record<string, GuestPhase>> = {
  inmigrate: 'incoming',
  running: 'running',
  postmigrate: 'migrated-away',
};
