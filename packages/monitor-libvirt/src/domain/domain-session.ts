import { asHeraldError, type CancelTimer, type Clock, type HeraldError, messageOf } from '@nic-herald/core';
import { type Domain, LIBVIRT_CODES, libvirtCodeOf, type MonitorEvent } from '@nic-herald/libvirt';
import { GuestWatch, type QemuProcess, type WatchSurroundings } from '@nic-herald/qmp';
import type { CommandConnection } from '../connection/command-connection.js';
import type { DomainProcesses } from './domain-processes.js';
import { type DomainCalls, DomainSource } from './domain-source.js';
import { DomainTransport } from './domain-transport.js';
import { rawEvent } from './raw-event.js';

/** What a session needs of its surroundings. */
export interface SessionSurroundings {
  readonly watch: WatchSurroundings;
  readonly libvirt: DomainCalls;
  readonly version: () => Promise<string>;
  readonly commands: CommandConnection;
  readonly processes: DomainProcesses;
  readonly warn: (warning: HeraldError, about: string) => void;
}

/** A domain that could not be introduced is tried again after so long, ms, twice as long each time. */
const FIRST_PAUSE_MS = 1000;
const MOST_PAUSE_MS = 30_000;
/** A process that could not be told in time is looked for again so often. */
const MOST_LOOKS = 10;

/** One run of one domain, as long as it lasts and libvirt is connected: introduces the guest and passes on what QEMU says. */
export class DomainSession {
  /** Resolves once the first introduction has come to something. Never rejects. */
  readonly settled: Promise<void>;
  private readonly transport: DomainTransport;
  private watch: GuestWatch | undefined;
  private pauseMs = FIRST_PAUSE_MS;
  private cancelRetry: CancelTimer = () => undefined;
  private isOver = false;

  /** `instance`: see `Guest`. */
  constructor(
    readonly domain: Domain,
    private readonly instance: string,
    private readonly around: SessionSurroundings,
  ) {
    this.transport = new DomainTransport(domain.name, (text, options) =>
      around.commands.pass(domain, text, options),
    );
    this.settled = this.introduce();
  }

  /** QEMU told of an event. */
  tell(event: MonitorEvent, readAt: number): void {
    this.transport.tell(rawEvent(event), readAt);
  }

  /** A NIC came or went. */
  nicsChanged(): void {
    this.watch?.nicsChanged();
  }

  /** The domain is gone, or libvirt is. */
  end(): void {
    this.isOver = true;
    this.cancelRetry();
    this.around.commands.forget(this.domain);
    this.watch?.end();
  }

  /** Ends without a word. */
  close(): void {
    this.isOver = true;
    this.cancelRetry();
    this.watch?.close();
  }

  private async introduce(): Promise<void> {
    const { around, transport, domain } = this;
    const process = around.processes.of(domain);
    const source = new DomainSource(domain, {
      libvirt: around.libvirt,
      version: around.version,
      clock: around.watch.clock,
      process,
      transport,
    });
    const watch = new GuestWatch(this.instance, transport, around.watch, source);
    this.watch = watch;
    try {
      await watch.introduce({
        process,
        processLater: async (signal) => {
          const found = await this.processAtLast(signal);
          source.takeProcess(found);
          return found;
        },
      });
    } catch (error) {
      watch.close();
      if (this.isOver || this.watch !== watch) return;
      this.watch = undefined;
      this.again(error);
    }
  }

  private again(error: unknown): void {
    if (libvirtCodeOf(error) === LIBVIRT_CODES.NO_DOMAIN) return; // it ended meanwhile, and that is told
    const { name } = this.domain;
    const message = `domain ${name} could not be introduced: ${messageOf(error)}; it is tried again, please report it`;
    this.around.warn(asHeraldError(error, 'HERALD_MONITOR_FAULT', message, { domain: name }), name);
    this.cancelRetry = this.around.watch.clock.setTimer(this.pauseMs, () => void this.introduce());
    this.pauseMs = Math.min(this.pauseMs * 2, MOST_PAUSE_MS);
  }

  private async processAtLast(signal: AbortSignal): Promise<QemuProcess | undefined> {
    const { processes, watch } = this.around;
    for (let looks = 1, pauseMs = FIRST_PAUSE_MS; looks < MOST_LOOKS; looks += 1, pauseMs *= 2) {
      await paused(watch.clock, Math.min(pauseMs, MOST_PAUSE_MS), signal);
      if (signal.aborted) return undefined;
      const found = await processes.of(this.domain);
      if (found?.isQemu === true) return found;
    }
    return undefined;
  }
}

const paused = (clock: Clock, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const cancel = clock.setTimer(ms, done);
    function done(): void {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
