import {
  asHeraldError,
  type Clock,
  type GuestIntake,
  type GuestPhase,
  type MigrationEventBus,
  messageOf,
} from '@nic-herald/core';
import { z } from 'zod';
import { QmpCommands } from '../commands/qmp-commands.js';
import { PollLoop } from '../poll-loop.js';
import type { PeerProcess, PeerProcesses } from '../process/peer-processes.js';
import type { QemuSettings } from '../qemu-options.js';
import type { QmpConnection } from '../transport/qmp-connection.js';
import type { QmpEvent } from '../transport/qmp-message.js';
import { WarningGate } from '../warning-gate.js';
import { type GuestIntroduction, introductionOf } from './guest-introduction.js';
import { guestOriginOf } from './guest-origin.js';
import { guestPhaseOf } from './guest-phase.js';
import { GuestReports } from './guest-reports.js';
import { MigrationProgress } from './migration-progress.js';
import { type NicFingerprint, NicTable } from './nic-table.js';
import { QemuGuest } from './qemu-guest.js';
import type { GuestSighting, WatchedGuests } from './watched-guests.js';

/** What a watch needs of its surroundings. */
export interface WatchSurroundings {
  /** Where guests are reported. */
  readonly intake: GuestIntake;
  /** For warnings. */
  readonly bus: MigrationEventBus;
  readonly clock: Clock;
  readonly settings: QemuSettings;
  readonly processes: PeerProcesses;
  readonly guests: WatchedGuests;
}

/** What a guest is watched by already, and how to hear when it no longer is. */
export interface WatchedElsewhere {
  readonly heldBy: GuestSighting;
  readonly whenFree: (run: () => void) => void;
}

const filterEvent = z.object({ name: z.string().max(256).optional(), path: z.string().max(4096) });
/** `query-migrate` while one is under way or its end is due, ms. It takes QEMU about 0.2 ms. */
const UNDERWAY_POLL_MS = 200;
/** Events kept while the guest is asked who it is: some 10 commands, so far more than can be. */
const MAX_EARLY_EVENTS = 1000;

/** Everything that is reported of one guest, from one ready connection until that ends. */
export class GuestWatch {
  private readonly commands: QmpCommands;
  private readonly table: NicTable;
  private readonly warnings: WarningGate;
  private readonly aborter = new AbortController();
  private early: Array<{ event: QmpEvent; readAt: number }> = [];
  private reports: GuestReports | undefined;
  private release: () => void = () => undefined;
  private migrationPoll: PollLoop | undefined;
  private nicPoll: PollLoop | undefined;
  private nics: NicFingerprint | undefined;

  constructor(
    private readonly instance: string,
    private readonly connection: QmpConnection,
    private readonly around: WatchSurroundings,
  ) {
    this.commands = new QmpCommands(connection);
    this.table = new NicTable(this.commands);
    this.warnings = new WarningGate(around.clock);
  }

  /**
   * Asks the guest who it is and where it stands, and reports it: not before `confirmed`, and not where another
   * connection watches it already, which is then what this resolves with. Rejects with a HeraldError.
   */
  async introduce(confirmed: Promise<unknown>): Promise<WatchedElsewhere | undefined> {
    const { around, commands, table } = this;
    const { signal } = this.aborter;
    const [seen, process] = await Promise.all([
      introductionOf({ commands, table, signal, onRunState: () => this.early.splice(0) }),
      around.processes.behind(this.connection.fd),
      confirmed,
    ]);
    if (this.isOver()) return undefined;
    this.nics = seen.nics;
    const phase = guestPhaseOf(seen.runState, seen.migration, seen.mirrors);
    const claim = process && this.claim(seen, phase, process);
    if (claim && 'heldBy' in claim) return claim;
    const eventsOn =
      seen.capabilities.events || (around.settings.enableMigrationEvents && (await this.enableEvents()));
    if (this.isOver()) return undefined;
    this.appear(seen, phase, process, eventsOn);
    return undefined;
  }

  /** Takes an event. RESUME is with the intake before this returns. */
  onEvent(event: QmpEvent, readAt: number): void {
    const { reports } = this;
    if (!reports) {
      if (this.early.length < MAX_EARLY_EVENTS) this.early.push({ event, readAt });
      return;
    }
    const at = { resumedAt: event.stampedAt ?? readAt, readAt };
    switch (event.name) {
      case 'RESUME':
        reports.resumed(at);
        this.migrationPoll?.now();
        break;
      case 'STOP':
        reports.stopped();
        this.migrationPoll?.now();
        break;
      case 'MIGRATION':
        reports.migration(event.data, at);
        break;
      case 'COLO_EXIT':
        reports.coloExit(event.data, at);
        break;
      case 'NIC_RX_FILTER_CHANGED':
        this.onFilterChanged(event.data);
        break;
      case 'RESET': // resets every card's filter, and QEMU tells no more of that
        reports.reset();
        for (const nic of this.nics?.ids ?? []) reports.changed(nic);
        break;
      case 'DEVICE_DELETED':
        this.nicPoll?.now();
        break;
      default:
    }
  }

  /** Whether the guest has been reported. */
  get appeared(): boolean {
    return this.reports !== undefined;
  }

  /** The connection is over. Nothing is reported afterwards. */
  end(): void {
    const guest = this.reports?.guest;
    this.close();
    if (guest) this.around.intake.gone({ guest });
  }

  /** Ends the watch without a word. */
  close(): void {
    this.reports = undefined;
    this.aborter.abort();
    this.migrationPoll?.stop();
    this.nicPoll?.stop();
    this.release();
  }

  private isOver(): boolean {
    return this.aborter.signal.aborted;
  }

  private claim({ identity }: GuestIntroduction, phase: GuestPhase, process: PeerProcess) {
    const { socketPath } = this.connection;
    const claim = this.around.guests.claim(() => ({
      socketPath,
      process,
      identity,
      nics: this.nics?.print ?? '',
      phase: this.reports?.phase ?? phase,
    }));
    if ('release' in claim) this.release = claim.release;
    return claim;
  }

  private appear(
    seen: GuestIntroduction,
    phase: GuestPhase,
    process: PeerProcess | undefined,
    eventsOn: boolean,
  ): void {
    const { intake, clock } = this.around;
    const { identity, version, runState, migration, mirrors, capabilities } = seen;
    const origin = guestOriginOf({ runState, migration, mirrors, startedToWait: process?.startedToWait });
    const guest = new QemuGuest(
      {
        instance: this.instance,
        identity,
        version,
        // A program that stands between serves a guest for as long as it does: its own start says nothing of that.
        process: process?.incarnation,
        startedAt: process?.isQemu ? process.startedAt : undefined,
        holder: process?.isQemu ? process.incarnation : undefined,
        origin,
      },
      this.commands,
      this.table,
    );
    const now = clock.now();
    const ran = runState === 'running' ? { resumedAt: now, readAt: now } : undefined;
    const progress = new MigrationProgress(phase, migration, mirrors ? { ran } : undefined);
    const reports = new GuestReports(guest, progress, phase, intake);
    this.reports = reports;
    intake.appeared({ guest, phase });
    reports.polled(migration);
    if (!eventsOn && capabilities.colo) progress.suspectMirror();
    for (const { event, readAt } of this.early.splice(0)) this.onEvent(event, readAt);
    this.startPolling(eventsOn);
  }

  private onFilterChanged(data: unknown): void {
    const parsed = filterEvent.safeParse(data);
    if (!parsed.success) return;
    const tell = (nic: string | undefined): void => {
      if (nic !== undefined) this.reports?.changed(nic);
    };
    const { name, path } = parsed.data;
    if (name !== undefined) {
      tell(name);
      return;
    }
    // QEMU names a NIC without an id by its path alone
    this.table
      .idOf(path, { signal: this.aborter.signal })
      .then(tell)
      .catch((error: unknown) => this.warn(error, 'filter'));
  }

  private startPolling(eventsOn: boolean): void {
    const { clock, settings } = this.around;
    if (this.isOver()) return;
    const loop = (task: () => Promise<number>, about: string): PollLoop =>
      new PollLoop(clock, task, (error) => this.warn(error, about));
    if (!eventsOn) {
      this.migrationPoll = loop(() => this.pollMigration(), 'migration').start(this.migrationPauseMs);
    }
    this.nicPoll = loop(() => this.pollNics(), 'nics').start(settings.nicPollMs);
  }

  private get migrationPauseMs(): number {
    return this.reports?.progress.underway ? UNDERWAY_POLL_MS : this.around.settings.migrationPollMs;
  }

  private async pollMigration(): Promise<number> {
    const { commands } = this;
    const { signal } = this.aborter;
    try {
      const [reply, capabilities] = await Promise.all([
        commands.migration({ signal }),
        // a secondary is set up for COLO after its QEMU was started, and so after it was introduced
        this.reports?.progress.mayMirror ? commands.migrationCapabilities({ signal }) : undefined,
      ]);
      if (capabilities?.colo) this.reports?.progress.suspectMirror();
      this.reports?.polled(reply);
      this.warnings.well('migration');
    } catch (error) {
      this.warn(error, 'migration');
    }
    return this.migrationPauseMs;
  }

  private async pollNics(): Promise<number> {
    const { nicPollMs } = this.around.settings;
    if (this.reports?.progress.underway) return nicPollMs; // leave QEMU alone while it migrates
    try {
      const seen = await this.table.fingerprint({ signal: this.aborter.signal });
      const changed = this.nics?.print !== seen.print;
      this.nics = seen;
      if (changed) this.reports?.changed();
      this.warnings.well('nics');
    } catch (error) {
      this.warn(error, 'nics');
    }
    return nicPollMs;
  }

  private async enableEvents(): Promise<boolean> {
    try {
      await this.commands.enableMigrationEvents({ signal: this.aborter.signal });
      return true;
    } catch (error) {
      this.warn(error, 'events'); // QEMU refuses while a migration runs: polling does it then
      return false;
    }
  }

  /** Tells of one kind of trouble with one kind of work once in a while, until that works again. */
  private warn(error: unknown, about: string): void {
    const { socketPath } = this.connection;
    const warning = asHeraldError(
      error,
      'HERALD_MONITOR_FAULT',
      `watching the guest at ${socketPath} failed unforeseen, and goes on: ${messageOf(error)}; please report it`,
      { socket: socketPath },
    );
    if (this.isOver() || !this.warnings.opens(warning.code, about)) return;
    this.around.bus.emit('warning', { warning, ...(this.reports ? { guest: this.reports.guest } : {}) });
  }
}
