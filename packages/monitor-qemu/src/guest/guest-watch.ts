import { type Clock, guestIdentity, isHeraldError, type MigrationEventBus } from '@nic-herald/core';
import { z } from 'zod';
import { QmpCommands } from '../commands/qmp-commands.js';
import { PollLoop } from '../poll-loop.js';
import type { QemuSettings } from '../qemu-options.js';
import type { QmpConnection } from '../transport/qmp-connection.js';
import type { QmpEvent } from '../transport/qmp-message.js';
import { guestPhaseOf } from './guest-phase.js';
import { type MigrationFact, MigrationProgress } from './migration-progress.js';
import { NicTable } from './nic-table.js';
import { QemuGuest } from './qemu-guest.js';

/** What a watch needs of its surroundings. */
export interface WatchSurroundings {
  readonly bus: MigrationEventBus;
  readonly clock: Clock;
  readonly settings: QemuSettings;
}

const migrationEvent = z.object({ status: z.string().max(64) });
const filterEvent = z.object({ name: z.string().max(256).optional(), path: z.string().max(4096) });
/** `query-migrate` while one is under way or its end is due, ms. It takes QEMU about 0.2 ms. */
const UNDERWAY_POLL_MS = 200;
/** Events kept while the guest is asked who it is: some 10 commands, so far more than can be. */
const MAX_EARLY_EVENTS = 1000;

/** Everything that is told on the bus of one guest, from one ready connection until that ends. */
export class GuestWatch {
  private readonly commands: QmpCommands;
  private readonly table: NicTable;
  private readonly aborter = new AbortController();
  private early: Array<{ event: QmpEvent; readAt: number }> = [];
  private told: { readonly guest: QemuGuest; readonly progress: MigrationProgress } | undefined;
  private migrationPoll: PollLoop | undefined;
  private nicPoll: PollLoop | undefined;
  private nics: { ids: readonly string[]; print: string } | undefined;
  private warned: string | undefined;

  constructor(
    private readonly instance: string,
    connection: QmpConnection,
    private readonly around: WatchSurroundings,
  ) {
    this.commands = new QmpCommands(connection);
    this.table = new NicTable(this.commands);
  }

  /** Asks the guest who it is and where it stands, and tells of it. Rejects with a HeraldError. */
  async introduce(): Promise<void> {
    const { commands } = this;
    const options = { signal: this.aborter.signal };
    const [runState, migration, version, name, uuid, events, nics] = await Promise.all([
      // what came before this reply is in it; what comes after is told after
      commands.runState({ ...options, onReply: () => this.early.splice(0) }),
      commands.migration(options),
      commands.version(options),
      commands.name(options),
      commands.uuid(options),
      commands.migrationEvents(options),
      this.table.fingerprint(options), // before anybody lists the NICs: what changes from now on is told
    ]);
    this.nics = nics;
    const eventsOn = events || (this.around.settings.enableMigrationEvents && (await this.enableEvents()));
    const phase = guestPhaseOf(runState, migration);
    const identity = guestIdentity({ name, uuid });
    const guest = new QemuGuest(this.instance, identity, version, commands, this.table);
    const progress = new MigrationProgress(phase, migration);
    if (this.aborter.signal.aborted) return;
    this.told = { guest, progress };
    this.around.bus.emit('guest:appeared', { guest, phase });
    this.tell(guest, progress.polled(migration));
    for (const { event, readAt } of this.early.splice(0)) this.onEvent(event, readAt);
    this.startPolling(eventsOn);
  }

  /** Takes an event. RESUME is on the bus before this returns. */
  onEvent(event: QmpEvent, readAt: number): void {
    if (!this.told) {
      if (this.early.length < MAX_EARLY_EVENTS) this.early.push({ event, readAt });
      return;
    }
    const { guest, progress } = this.told;
    switch (event.name) {
      case 'RESUME':
        this.tell(guest, progress.beforeResume());
        this.around.bus.emit('guest:resumed', { guest, resumedAt: event.stampedAt ?? readAt, readAt });
        this.tell(guest, progress.afterResume());
        this.migrationPoll?.now();
        break;
      case 'STOP':
        this.around.bus.emit('guest:stopped', { guest });
        this.migrationPoll?.now();
        break;
      case 'MIGRATION':
        this.onMigration(guest, progress, event.data);
        break;
      case 'NIC_RX_FILTER_CHANGED':
        void this.onFilterChanged(guest, event.data);
        break;
      case 'RESET': // resets every card's filter, and QEMU tells no more of that
        for (const nic of this.nics?.ids ?? []) this.around.bus.emit('nic:filter-changed', { guest, nic });
        break;
      case 'DEVICE_DELETED':
        this.nicPoll?.now();
        break;
      default:
    }
  }

  /** Whether the guest has been told of. */
  get appeared(): boolean {
    return this.told !== undefined;
  }

  /** The connection is over. Nothing is told afterwards. */
  end(): void {
    const guest = this.told?.guest;
    this.close();
    if (guest) this.around.bus.emit('guest:gone', { guest });
  }

  /** Ends the watch without a word. */
  close(): void {
    this.told = undefined;
    this.aborter.abort();
    this.migrationPoll?.stop();
    this.nicPoll?.stop();
  }

  private onMigration(guest: QemuGuest, progress: MigrationProgress, data: unknown): void {
    const parsed = migrationEvent.safeParse(data);
    if (parsed.success) this.tell(guest, progress.told(parsed.data.status));
  }

  private async onFilterChanged(guest: QemuGuest, data: unknown): Promise<void> {
    const parsed = filterEvent.safeParse(data);
    if (!parsed.success) return;
    const nic = parsed.data.name ?? (await this.lookUp(parsed.data.path));
    if (nic !== undefined && this.told) this.around.bus.emit('nic:filter-changed', { guest, nic });
  }

  /** QEMU names a NIC without an id by its path alone. */
  private async lookUp(path: string): Promise<string | undefined> {
    try {
      return await this.table.idOf(path, { signal: this.aborter.signal });
    } catch (error) {
      this.warn(error);
      return undefined;
    }
  }

  private startPolling(eventsOn: boolean): void {
    const { clock, settings } = this.around;
    if (this.aborter.signal.aborted) return;
    if (!eventsOn) {
      this.migrationPoll = new PollLoop(clock, () => this.pollMigration()).start(this.migrationPauseMs);
    }
    this.nicPoll = new PollLoop(clock, () => this.pollNics()).start(settings.nicPollMs);
  }

  private get migrationPauseMs(): number {
    return this.told?.progress.underway ? UNDERWAY_POLL_MS : this.around.settings.migrationPollMs;
  }

  private async pollMigration(): Promise<number> {
    try {
      const reply = await this.commands.migration({ signal: this.aborter.signal });
      if (this.told) this.tell(this.told.guest, this.told.progress.polled(reply));
      this.warned = undefined;
    } catch (error) {
      this.warn(error);
    }
    return this.migrationPauseMs;
  }

  private async pollNics(): Promise<number> {
    const { nicPollMs } = this.around.settings;
    if (this.told?.progress.underway) return nicPollMs; // leave QEMU alone while it migrates
    try {
      const seen = await this.table.fingerprint({ signal: this.aborter.signal });
      const changed = this.nics?.print !== seen.print;
      this.nics = seen;
      if (changed && this.told) this.around.bus.emit('nic:list-changed', { guest: this.told.guest });
    } catch (error) {
      this.warn(error);
    }
    return nicPollMs;
  }

  private async enableEvents(): Promise<boolean> {
    try {
      await this.commands.enableMigrationEvents({ signal: this.aborter.signal });
      return true;
    } catch (error) {
      this.warn(error); // QEMU refuses while a migration runs: polling does it then
      return false;
    }
  }

  private tell(guest: QemuGuest, facts: readonly MigrationFact[]): void {
    const { bus } = this.around;
    for (const fact of facts) {
      if (fact.event === 'migration:completed') bus.emit(fact.event, { guest, side: fact.side });
      else if (fact.event === 'migration:failed') {
        bus.emit(fact.event, { guest, side: fact.side, status: fact.status });
      } else bus.emit(fact.event, { guest });
    }
  }

  /** Tells of one kind of trouble once, until a command works again. */
  private warn(error: unknown): void {
    if (this.aborter.signal.aborted || !isHeraldError(error) || error.code === this.warned) return;
    this.warned = error.code;
    this.around.bus.emit('warning', { warning: error, ...(this.told ? { guest: this.told.guest } : {}) });
  }
}
