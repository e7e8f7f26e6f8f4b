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
import type { QmpEvent, QmpTransport } from '../transport/qmp-transport.js';
import { WarningGate } from '../warning-gate.js';
import { EarlyEvents } from './early-events.js';
import type { GuestBackground, GuestStanding, QemuProcess } from './guest-background.js';
import { GuestEvents, type GuestEventsOwner } from './guest-events.js';
import type { GuestIntroduction } from './guest-introduction.js';
import { guestOriginOf } from './guest-origin.js';
import { guestPhaseOf } from './guest-phase.js';
import { GuestReports } from './guest-reports.js';
import type { GuestSource } from './guest-source.js';
import { MigrationProgress } from './migration-progress.js';
import type { NicFingerprint } from './nic-fingerprint.js';
import { QemuGuest } from './qemu-guest.js';
import { QemuSource } from './qemu-source.js';

/** How a guest is watched. */
export interface WatchSettings {
  /** Turn on QEMU's `events` migration capability, for all its clients. */
  readonly enableMigrationEvents: boolean;
  /** How often `query-migrate` is asked while `events` is off and no migration runs, ms, 50 and up. */
  readonly migrationPollMs: number;
  /**
   * How often the list of NICs is compared: QEMU does not tell of a plugged NIC. ms, 50 and up; where it stays the same, ever
   * less often, to six times as long. Absent: the owner of the watch calls `nicsChanged`.
   */
  readonly nicPollMs?: number;
}

/** What a watch needs of its surroundings. */
export interface WatchSurroundings {
  /** Where guests are reported. */
  readonly intake: GuestIntake;
  /** For warnings. */
  readonly bus: MigrationEventBus;
  readonly clock: Clock;
  readonly settings: WatchSettings;
}

/**
 * What came of an introduction: the guest was `reported`; or not, because it was `refused` by whoever could, or because
 * the watch was `over` before.
 */
export type IntroductionOutcome = 'reported' | 'refused' | 'over';

const filterEvent = z.object({ name: z.string().max(256).optional(), path: z.string().max(4096) });
/** `query-migrate` while one is under way or its end is due, ms. It takes QEMU about 0.2 ms. */
const UNDERWAY_POLL_MS = 200;
/** The list of NICs is compared after so many times the first pause at most. */
const MOST_NIC_PAUSES = 6;
/** The events that anything follows from. */
const WANTED = new Set([
  ...['RESUME', 'STOP', 'MIGRATION', 'COLO_EXIT', 'RESET'],
  ...['NIC_RX_FILTER_CHANGED', 'DEVICE_DELETED'],
]);
/** Most NICs without an id that QEMU is asked about at a time. */
const MAX_ASKED_PATHS = 64;
/** Replies of `query-migrate` that are asked for again, one after the other, since an event came in between. */
const MAX_DISCARDED_POLLS = 3;

/**
 * Everything that is reported of one guest, from one transport that is ready until that ends: whoever made the transport
 * calls `end` then. Relies on no order of replies and events but the one that QEMU's stamps tell; where that leaves a doubt,
 * it asks QEMU where the guest stands, and believes the answer.
 */
export class GuestWatch {
  private readonly commands: QmpCommands;
  private readonly source: GuestSource;
  private readonly warnings: WarningGate;
  private readonly aborter = new AbortController();
  private readonly unsubscribe: () => void;
  private readonly early = new EarlyEvents(WANTED);
  /** Paths of NICs of which it is being asked which they are. */
  private readonly askedPaths = new Set<string>();
  private reports: GuestReports | undefined;
  private events: GuestEvents | undefined;
  private hasAppeared: boolean = false;
  private discardedPolls = 0;
  private migrationPoll: PollLoop | undefined;
  private nicPoll: PollLoop | undefined;
  private nicPauseMs = 0;
  private nics: NicFingerprint | undefined;

  /**
   * `instance`: see `Guest`. `source` tells who the guest is where QEMU is not to be asked. Events are taken from now on,
   * and reported once the guest is.
   */
  constructor(
    private readonly instance: string,
    private readonly transport: QmpTransport,
    private readonly around: WatchSurroundings,
    source?: GuestSource,
  ) {
    this.commands = new QmpCommands(transport);
    this.source = source ?? new QemuSource(this.commands, around.clock);
    this.warnings = new WarningGate(around.clock);
    this.unsubscribe = transport.onEvent((event, readAt) => this.onEvent(event, readAt));
  }

  /**
   * Asks the guest who it is and where it stands, and reports it once `background` allows. To be called once. Rejects
   * with a HeraldError, and with what the promises of `background` reject with: nothing was reported then, and the watch is
   * to be closed.
   */
  async introduce(background: GuestBackground = {}): Promise<IntroductionOutcome> {
    const { around, source } = this;
    const { signal } = this.aborter;
    const [seen, process] = await Promise.all([
      source.introduction({ signal }),
      background.process,
      background.confirmed,
    ]);
    if (this.isOver()) return 'over';
    this.nics = seen.nics;
    const phase = guestPhaseOf(seen.runState, seen.migration, seen.mirrors);
    const standing = (): GuestStanding => ({
      identity: seen.identity,
      nics: this.nics?.print ?? '',
      phase: this.reports?.phase ?? phase,
    });
    if (background.mayReport && !background.mayReport(standing)) return 'refused';
    const eventsOn =
      seen.capabilities.events || (around.settings.enableMigrationEvents && (await this.enableEvents()));
    if (this.isOver()) return 'over';
    const guest = this.appear(seen, phase, process, eventsOn);
    if (process?.isQemu === undefined) this.hearOfProcess(guest, background);
    return 'reported';
  }

  /** Takes an event. RESUME is with the intake before this returns. */
  private onEvent(event: QmpEvent, readAt: number): void {
    const { reports, events } = this;
    if (!reports || !events) {
      this.early.add({ event, readAt });
      return;
    }
    const at = { resumedAt: event.stampedAt ?? readAt, readAt };
    switch (event.name) {
      case 'RESUME':
        events.resume(event, at);
        break;
      case 'STOP':
        events.stop(event);
        break;
      case 'MIGRATION':
      case 'COLO_EXIT':
        events.migration(event, at);
        break;
      case 'NIC_RX_FILTER_CHANGED':
        this.onFilterChanged(event.data);
        break;
      case 'RESET': // resets every card's filter, and QEMU tells no more of that
        if (!events.reset(event)) break;
        for (const nic of this.nics?.ids ?? []) reports.changed(nic);
        break;
      case 'DEVICE_DELETED':
        this.nicsChanged();
        break;
      default:
    }
  }

  /** A NIC came or went. */
  nicsChanged(): void {
    if (this.nicPoll) this.nicPoll.now();
    else this.reports?.changed();
  }

  /** Whether the guest has been reported, now or before the watch was over. */
  get appeared(): boolean {
    return this.hasAppeared;
  }

  /** The transport is over: the guest is reported as gone, if it was reported, and nothing afterwards. */
  end(): void {
    const guest = this.reports?.guest;
    this.close();
    if (guest) this.around.intake.gone({ guest });
  }

  /** Ends the watch without a word. */
  close(): void {
    this.reports = undefined;
    this.aborter.abort();
    this.unsubscribe();
    this.events?.close();
    this.migrationPoll?.stop();
    this.nicPoll?.stop();
  }

  private isOver(): boolean {
    return this.aborter.signal.aborted;
  }

  private appear(
    seen: GuestIntroduction,
    phase: GuestPhase,
    process: QemuProcess | undefined,
    eventsOn: boolean,
  ): QemuGuest {
    const { intake, clock } = this.around;
    const { identity, version, runState, migration, mirrors, capabilities } = seen;
    const clues = { runState, migration, mirrors, startedToWait: process?.startedToWait };
    const origin = seen.origin ?? guestOriginOf(clues);
    const guest = new QemuGuest(
      {
        instance: this.instance,
        identity,
        version,
        process: process?.incarnation,
        startedAt: process?.startedAt,
        holder: process?.isQemu ? process.incarnation : undefined,
        origin,
      },
      this.commands,
      this.source,
    );
    const now = clock.now();
    const ran = runState === 'running' ? { resumedAt: now, readAt: now } : undefined;
    const progress = new MigrationProgress(phase, migration, mirrors ? { ran } : undefined);
    const reports = new GuestReports(guest, progress, phase, intake);
    this.reports = reports;
    this.hasAppeared = true;
    intake.appeared({ guest, phase });
    reports.polled(migration);
    if (!eventsOn && capabilities.colo) progress.suspectMirror();
    if (this.isOver()) return guest;
    const { source } = this;
    const { signal } = this.aborter;
    const owner: GuestEventsOwner = {
      onNews: () => this.migrationPoll?.now(),
      onLook: (error) => (error === undefined ? this.warnings.well('look') : this.warn(error, 'look')),
    };
    this.events = new GuestEvents(reports, owner, clock, seen, { source, signal });
    this.events.early(this.early.take(), seen, ({ event, readAt }) => this.onEvent(event, readAt));
    this.startPolling(eventsOn);
    return guest;
  }

  /** A guest whose process was not known in time has ports from when it is. */
  private hearOfProcess(guest: QemuGuest, { processLater }: GuestBackground): void {
    processLater?.(this.aborter.signal)
      .then((process) => {
        if (process?.isQemu !== true || this.isOver()) return;
        guest.isHeldBy(process.incarnation);
        this.reports?.changed();
      })
      .catch((error: unknown) => this.warn(error, 'process'));
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
    // QEMU names a NIC without an id by its path alone; whoever is told looks after that, so one question is enough
    const { askedPaths } = this;
    if (askedPaths.has(path)) return;
    if (askedPaths.size >= MAX_ASKED_PATHS) {
      this.reports?.changed(); // any of them
      return;
    }
    askedPaths.add(path);
    this.source.nics
      .idOf(path, { signal: this.aborter.signal })
      .then(tell)
      .catch((error: unknown) => this.warn(error, 'filter'))
      .finally(() => askedPaths.delete(path));
  }

  private startPolling(eventsOn: boolean): void {
    const { clock, settings } = this.around;
    const loop = (task: () => Promise<number>, about: string): PollLoop =>
      new PollLoop(clock, task, (error) => this.warn(error, about));
    if (!eventsOn) {
      this.migrationPoll = loop(() => this.pollMigration(), 'migration').start(this.migrationPauseMs);
    }
    if (settings.nicPollMs === undefined) return;
    this.nicPauseMs = settings.nicPollMs;
    this.nicPoll = loop(() => this.lookAtNics(), 'nics').start(settings.nicPollMs);
  }

  private get migrationPauseMs(): number {
    return this.reports?.progress.underway ? UNDERWAY_POLL_MS : this.around.settings.migrationPollMs;
  }

  private async pollMigration(): Promise<number> {
    const { commands } = this;
    const { signal } = this.aborter;
    const turn = this.events?.turn;
    try {
      const [reply, capabilities] = await Promise.all([
        commands.migration({ signal }),
        // a secondary is set up for COLO after its QEMU was started, and so after it was introduced
        this.reports?.progress.mayMirror ? commands.migrationCapabilities({ signal }) : undefined,
      ]);
      if (capabilities?.colo) this.suspectMirror();
      this.warnings.well('migration');
      if (this.events?.turn !== turn && this.discardedPolls < MAX_DISCARDED_POLLS) {
        // an event came in between, and which of the two is older cannot be told
        this.discardedPolls += 1;
        this.migrationPoll?.now();
      } else {
        this.discardedPolls = 0;
        this.events?.polled();
        this.reports?.polled(reply);
      }
    } catch (error) {
      this.warn(error, 'migration');
    }
    return this.migrationPauseMs;
  }

  /** It is set up for COLO by now: what was made ready for it to leave by itself must not. */
  private suspectMirror(): void {
    const { reports } = this;
    if (!reports?.progress.mayMirror) return;
    reports.progress.suspectMirror();
    reports.changed();
  }

  private async lookAtNics(): Promise<number> {
    const { nicPollMs = 0 } = this.around.settings;
    if (this.reports?.progress.underway) return nicPollMs; // leave QEMU alone while it migrates
    this.nicPauseMs = Math.min(this.nicPauseMs * 1.5, nicPollMs * MOST_NIC_PAUSES);
    try {
      const seen = await this.source.nics.fingerprint({ signal: this.aborter.signal });
      const changed = this.nics?.print !== seen.print;
      this.nics = seen;
      if (changed) {
        this.nicPauseMs = nicPollMs; // more may be plugged
        this.reports?.changed();
      }
      this.warnings.well('nics');
    } catch (error) {
      this.nicPauseMs = nicPollMs;
      this.warn(error, 'nics');
    }
    return this.nicPauseMs;
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
    const { address } = this.transport;
    const warning = asHeraldError(
      error,
      'HERALD_MONITOR_FAULT',
      `watching the guest at ${address} failed unforeseen, and goes on: ${messageOf(error)}; please report it`,
      { address },
    );
    if (this.isOver() || !this.warnings.opens(warning.code, about)) return;
    this.around.bus.emit('warning', { warning, ...(this.reports ? { guest: this.reports.guest } : {}) });
  }
}
