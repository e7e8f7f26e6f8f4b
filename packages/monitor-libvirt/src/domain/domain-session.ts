import {
  type Domain,
  LIFECYCLE,
  LIFECYCLE_DETAIL,
  type LifecycleEvent,
  type MonitorEvent,
} from '@nic-herald/libvirt';
import { GuestWatch, type WatchSurroundings } from '@nic-herald/qmp';
import type { CommandConnection } from '../connection/command-connection.js';
import type { DomainProcesses } from './domain-processes.js';
import { type DomainCalls, DomainSource } from './domain-source.js';
import { DomainTransport } from './domain-transport.js';
import { type DomainWarnings, IntroductionRetry } from './introduction-retry.js';
import { processAtLast } from './process-at-last.js';
import { rawEvent } from './raw-event.js';

/** What a session needs of its surroundings. */
export interface SessionSurroundings {
  readonly watch: WatchSurroundings;
  readonly libvirt: DomainCalls;
  readonly version: () => Promise<string>;
  readonly commands: CommandConnection;
  readonly processes: DomainProcesses;
  readonly warnings: DomainWarnings;
}

/** One run of one domain, as long as it lasts and libvirt is connected: introduces the guest and passes on what QEMU says. */
export class DomainSession {
  /** Resolves once the first introduction has come to something. Never rejects. */
  readonly settled: Promise<void>;
  private readonly transport: DomainTransport;
  private readonly retry: IntroductionRetry;
  private watch: GuestWatch | undefined;
  private source: DomainSource | undefined;

  /** `instance`: see `Guest`. */
  constructor(
    readonly domain: Domain,
    private readonly instance: string,
    private readonly around: SessionSurroundings,
  ) {
    this.transport = new DomainTransport(domain.name, (text, options) =>
      around.commands.pass(domain, text, options),
    );
    this.retry = new IntroductionRetry(domain, around.watch.clock, around.warnings);
    this.settled = this.introduce();
  }

  /** QEMU told of an event. */
  tell(event: MonitorEvent, readAt: number): void {
    this.transport.tell(rawEvent(event), readAt);
  }

  /** libvirt told what became of the domain. QEMU tells it sooner, but for one thing: all of the guest is there. */
  hear({ event, detail }: LifecycleEvent): void {
    if (event === LIFECYCLE.RESUMED && detail === LIFECYCLE_DETAIL.RESUMED_MIGRATED) this.transport.arrived();
  }

  /** A NIC came or went. */
  nicsChanged(): void {
    this.source?.nicsChanged();
    this.watch?.nicsChanged();
  }

  /** The domain is gone, or libvirt is. */
  end(): void {
    this.retry.stop();
    this.around.commands.forget(this.domain);
    this.watch?.end();
  }

  /** Ends without a word. */
  close(): void {
    this.retry.stop();
    this.watch?.close();
  }

  private async introduce(): Promise<void> {
    const { around, transport, domain, retry } = this;
    const process = around.processes.of(domain);
    const source = new DomainSource(domain, {
      libvirt: around.libvirt,
      version: around.version,
      clock: around.watch.clock,
      process,
      transport,
    });
    this.source = source;
    const watch = new GuestWatch(this.instance, transport, around.watch, source);
    this.watch = watch;
    try {
      await watch.introduce({
        process: source.processInTime,
        processLater: async (signal) => {
          const { clock } = around.watch;
          const found = await processAtLast(around.processes, domain, { clock, first: process, signal });
          source.takeProcess(found);
          return found;
        },
      });
      retry.succeeded();
    } catch (error) {
      watch.close();
      this.watch = undefined;
      retry.failed(error, () => void this.introduce());
    }
  }
}
