import { dirname } from 'node:path';
import {
  asHeraldError,
  CLOCK,
  type Clock,
  GUEST_INTAKE,
  type GuestIntake,
  type GuestMonitor,
  HeraldError,
  inject,
  injectable,
  MIGRATION_EVENT_BUS,
  type MigrationEventBus,
  messageOf,
  type PartState,
} from '@nic-herald/core';
import {
  type Domain,
  findLocalSocket,
  isForbidden,
  type Libvirt,
  LibvirtKeeper,
  type SocketSearch,
} from '@nic-herald/libvirt';
import { unlessAborted, WarningGate } from '@nic-herald/qmp';
import { CommandConnection } from './connection/command-connection.js';
import { usualVersion } from './connection/usual-version.js';
import { type WatchedDomain, WatchedDomains } from './connection/watched-domains.js';
import { DomainProcesses, LINUX_PROCESSES, type ProcessSystem } from './domain/domain-processes.js';
import { DomainSession } from './domain/domain-session.js';
import type { DomainWarnings } from './domain/introduction-retry.js';
import { isReadOnly, LIBVIRT_MONITOR_SETTINGS, type LibvirtMonitorSettings } from './libvirt-options.js';
import { ReadOnlySession } from './read-only/read-only-session.js';

/**
 * Watches the domains of libvirt on this host. When the daemon goes away all of them are gone, and are looked at again when it
 * is back: what happened meanwhile shows in where they stand then.
 */
@injectable()
export class LibvirtMonitor implements GuestMonitor {
  readonly name = 'libvirt';
  private readonly warnings: WarningGate;
  private keeper: LibvirtKeeper;
  private domains: WatchedDomains | undefined;
  private commands: CommandConnection | undefined;
  private processes: DomainProcesses | undefined;
  private readonly looked: Promise<void>;
  private hasLooked: () => void = () => undefined;
  private instances = 0;
  /** Why no domain is watched. */
  private problem: HeraldError | undefined;
  /** Where libvirt's socket is, unless that is set. Tests give their own. */
  findSocket: (search: SocketSearch) => string = findLocalSocket;
  /** Among which processes the domains' QEMUs are looked for. Tests give their own. */
  processSystem: ProcessSystem = LINUX_PROCESSES;

  constructor(
    @inject(GUEST_INTAKE) private readonly intake: GuestIntake,
    @inject(MIGRATION_EVENT_BUS) private readonly bus: MigrationEventBus,
    @inject(CLOCK) private readonly clock: Clock,
    @inject(LIBVIRT_MONITOR_SETTINGS) private readonly settings: LibvirtMonitorSettings,
  ) {
    this.warnings = new WarningGate(clock);
    this.looked = new Promise((resolve) => {
      this.hasLooked = resolve;
    });
    this.keeper = this.keep(isReadOnly(settings) === true);
  }

  /**
   * Resolves when every domain that is there has led to a guest or a warning, or libvirt cannot be reached: it is then looked
   * for all the time. Rejects with HERALD_CANCELLED.
   */
  async start({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    this.keeper.start();
    const cancelled = 'the start of the libvirt monitor was cancelled';
    await unlessAborted(this.looked, signal, () => new HeraldError('HERALD_CANCELLED', cancelled));
  }

  async close(): Promise<void> {
    this.keeper.close();
    const { domains } = this;
    this.leaveConnection();
    domains?.close();
    this.hasLooked();
  }

  /** Not ready where libvirt cannot be reached. */
  state(): PartState {
    const { problem } = this;
    if (problem !== undefined) return { ready: false, code: problem.code, message: problem.message };
    return {
      ready: true,
      message: this.domains === undefined ? 'not connected yet' : 'connected to libvirt',
    };
  }

  private keep(readOnly: boolean): LibvirtKeeper {
    const { clock, settings } = this;
    return new LibvirtKeeper(
      clock,
      { readOnly, findSocket: () => settings.socket ?? this.findSocket({ readOnly }) },
      {
        onConnected: (libvirt) => void this.onConnected(libvirt),
        onLost: (reason) => this.onLost(reason),
        onUnreachable: (problem) => this.onUnreachable(problem, readOnly),
      },
    );
  }

  private async onConnected(libvirt: Libvirt): Promise<void> {
    const { clock, settings } = this;
    const processes = new DomainProcesses(dirname(libvirt.socketPath), clock, this.processSystem);
    const version = usualVersion(libvirt, clock);
    const warnings: DomainWarnings = {
      warn: (warning, { uuid }) => this.warn(warning, uuid),
      well: ({ uuid }) => this.warnings.well(uuid),
    };
    const commands = libvirt.readOnly
      ? undefined
      : new CommandConnection(libvirt.socketPath, clock, settings.commandTimeoutMs);
    this.commands = commands;
    this.processes = processes;
    const watch = (domain: Domain): WatchedDomain => {
      const instance = this.nextInstance(domain);
      const { intake, bus } = this;
      if (commands === undefined) {
        return new ReadOnlySession(domain, instance, {
          intake,
          clock,
          libvirt,
          version,
          processes,
          warnings,
        });
      }
      const around = { intake, bus, clock, settings: WATCH_SETTINGS };
      return new DomainSession(domain, instance, {
        watch: around,
        libvirt,
        version,
        commands,
        processes,
        warnings,
      });
    };
    const domains = new WatchedDomains(libvirt, watch);
    this.domains = domains;
    try {
      await domains.begin();
      this.problem = undefined;
      this.warnings.well(LIBVIRT);
    } catch (error) {
      if (this.domains !== domains) return; // the connection is over, and that was told
      const message = `the domains of libvirt at ${libvirt.socketPath} cannot be watched: ${messageOf(error)}; please report it`;
      this.problem = asHeraldError(error, 'HERALD_MONITOR_FAULT', message);
      this.warn(this.problem, LIBVIRT);
      this.endDomains(); // so that the end of the connection is no news
      libvirt.close(); // and again
    } finally {
      this.hasLooked();
    }
  }

  private onLost(reason: HeraldError): void {
    const isNews = this.domains !== undefined;
    if (isNews) this.problem = reason;
    this.endDomains();
    if (isNews) this.warn(reason, LIBVIRT);
  }

  private endDomains(): void {
    const { domains } = this;
    this.leaveConnection();
    domains?.end();
  }

  private leaveConnection(): void {
    this.commands?.close();
    this.processes?.close();
    this.commands = undefined;
    this.processes = undefined;
    this.domains = undefined;
  }

  /** Who may not use the socket may still look, unless that was refused. */
  private onUnreachable(problem: HeraldError, readOnly: boolean): void {
    if (!readOnly && this.settings.readOnly === undefined && this.settings.socket === undefined) {
      if (isForbidden(problem)) {
        this.warn(lookingOnly(problem), LIBVIRT);
        this.keeper.close();
        this.keeper = this.keep(true);
        this.keeper.start();
        return;
      }
    }
    this.problem = problem;
    this.warn(problem, LIBVIRT);
    this.hasLooked();
  }

  private nextInstance({ name }: Domain): string {
    this.instances += 1;
    return `libvirt:${name}#${this.instances}`;
  }

  /** Tells of one kind of trouble with one thing once in a while, until that works again. */
  private warn(warning: HeraldError, about: string): void {
    if (this.warnings.opens(warning.code, about)) this.bus.emit('warning', { warning });
  }
}

const LIBVIRT = 'libvirt';
/** libvirt has migration events turned on, and tells of devices that come and go. */
const WATCH_SETTINGS = { enableMigrationEvents: false, migrationPollMs: 1000 };

const lookingOnly = (problem: HeraldError): HeraldError =>
  new HeraldError(
    'HERALD_LIBVIRT_READ_ONLY',
    `${problem.message}. Until then libvirt is only looked at: no card is read, and no snapshot is handed over through libvirt; what guests use is learned at their ports`,
    { cause: problem },
  );
