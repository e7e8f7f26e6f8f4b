import type { Clock } from '@nic-herald/core';
import type { MemoryImage } from './memory-image.js';
import { type QmpArguments, type QmpReply, refuse } from './qmp-reply.js';
import { RecordedAnswers } from './recorded-answers.js';
import type { RecordedSession } from './recorded-session.js';

/** An event as it goes over the socket. */
export interface QmpEvent {
  readonly timestamp: { readonly seconds: number; readonly microseconds: number };
  readonly event: string;
  readonly data?: unknown;
}

/** The run states that a migration goes through (QEMU's RunState). */
export type RunState = 'inmigrate' | 'running' | 'paused' | 'finish-migrate' | 'postmigrate';

interface RxFilter {
  readonly name: string;
}

interface MigrationCapability {
  readonly capability: string;
  readonly state: boolean;
}

/** What devices hold, and a migration brings: never to be answered from before it. */
const DEVICE_COMMANDS = ['query-pci', 'query-rx-filter', 'human-monitor-command'];

/**
 * One QEMU process as a recording shows it, answering by what it is asked and by where its guest stands. It
 * starts with the `events` capability off, as every QEMU does.
 */
export class RecordedQemu {
  private answers: RecordedAnswers;
  private runState: RunState;
  private migration:
    | { readonly status: string; readonly outgoing: boolean; readonly since: number }
    | undefined;
  private migrationEvents = false;
  private rxFilters: readonly RxFilter[] = [];
  private readonly rxFilterToldOf = new Set<string>();
  private readonly listeners = new Set<(event: QmpEvent) => void>();

  /** `inmigrate` for one that was started with `-incoming` and waits. */
  constructor(
    private readonly session: RecordedSession,
    private readonly clock: Clock,
    startsAs: 'running' | 'inmigrate',
  ) {
    this.runState = startsAs;
    this.answers = this.load(new RecordedAnswers(session.before));
  }

  /** The first line of a connection. */
  get greeting(): unknown {
    return this.session.greeting;
  }

  /** What `xp` reads; after a migration another one. Write to it to change registers as the guest would. */
  get memory(): MemoryImage {
    return this.answers.memory;
  }

  /** Hears every event. Returns the way to stop. */
  onEvent(listener: (event: QmpEvent) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /** Answers one command. */
  answer(command: string, given: QmpArguments = {}): QmpReply {
    switch (command) {
      case 'query-status': {
        const running = this.runState === 'running';
        return { return: { ...this.recordedStatus(), status: this.runState, running } };
      }
      case 'query-migrate':
        return { return: this.queryMigrate() };
      case 'migrate-set-capabilities':
        return this.setCapabilities(given);
      case 'query-migrate-capabilities':
        return { return: this.capabilities() };
      case 'query-migrate-parameters':
        return { return: { 'announce-rounds': 5 } };
      case 'query-rx-filter':
        return this.queryRxFilter(given);
      default:
        return this.answers.answer(command, given);
    }
  }

  /** The guest's CPUs begin to run here; on a destination the devices now hold what the migration brought. */
  resume(): void {
    if (this.runState === 'inmigrate') {
      const kept = this.session.before.filter(({ command }) => !DEVICE_COMMANDS.includes(command));
      this.answers = this.load(new RecordedAnswers([...kept, ...this.session.after]));
      this.migration = { status: 'completed', outgoing: false, since: this.clock.now() };
    }
    this.runState = 'running';
    this.emit('RESUME');
  }

  /** The guest's CPUs stop. */
  stop(runState: Exclude<RunState, 'running'>): void {
    this.runState = runState;
    this.emit('STOP');
  }

  /** A migration gets on: `setup`, `active`, `completed`, `cancelled`, `failed`. */
  migrate(status: string): void {
    const { outgoing, since } =
      this.migration === undefined || status === 'setup'
        ? { outgoing: this.runState !== 'inmigrate', since: this.clock.now() }
        : this.migration;
    this.migration = { status, outgoing, since };
    if (status === 'completed' && this.runState === 'finish-migrate') this.runState = 'postmigrate';
    this.emit('MIGRATION', { status });
  }

  /** The guest changes the receive filter of a virtio NIC; QEMU tells so once, until somebody asks. */
  changeRxFilter(name: string, change: QmpArguments): void {
    this.rxFilters = this.rxFilters.map((filter) =>
      filter.name === name ? { ...filter, ...change } : filter,
    );
    if (this.rxFilterToldOf.has(name)) return;
    this.rxFilterToldOf.add(name);
    this.emit('NIC_RX_FILTER_CHANGED', { name, path: `/machine/peripheral/${name}/virtio-backend` });
  }

  /** Sends any event, stamped with the clock's time; those of migrations only with the `events` capability on. */
  emit(event: string, data?: unknown): void {
    if (event.startsWith('MIGRATION') && !this.migrationEvents) return;
    const now = this.clock.now();
    const seconds = Math.floor(now / 1000);
    const timestamp = { seconds, microseconds: Math.round((now - seconds * 1000) * 1000) };
    const message = data === undefined ? { timestamp, event } : { timestamp, event, data };
    for (const listener of this.listeners) listener(message);
  }

  /** What this QEMU says of its status besides: `singlestep` in 7.2, no longer in 10.0. */
  private recordedStatus(): object {
    return this.answers.recorded('query-status')?.return ?? {};
  }

  private load(answers: RecordedAnswers): RecordedAnswers {
    this.rxFilters = (answers.recorded('query-rx-filter')?.return ?? []) as readonly RxFilter[];
    return answers;
  }

  /** Only the sending end says how long it takes, and not before it has begun or after it was cancelled. */
  private queryMigrate(): unknown {
    if (this.migration === undefined) return {};
    const { outgoing, since, status } = this.migration;
    const isTimed = outgoing && (status === 'active' || status === 'completed');
    return isTimed ? { status, 'total-time': Math.round(this.clock.now() - since) } : { status };
  }

  private queryRxFilter({ name }: QmpArguments): QmpReply {
    const found = this.rxFilters.filter((filter) => name === undefined || filter.name === name);
    for (const filter of found) this.rxFilterToldOf.delete(filter.name);
    if (found.length > 0 || typeof name !== 'string') return { return: found };
    return this.answers.hasDevice(name)
      ? refuse('GenericError', `net client(${name}) doesn't support rx-filter querying`)
      : refuse('GenericError', `invalid net client name: ${name}`);
  }

  private setCapabilities({ capabilities }: QmpArguments): QmpReply {
    if (!Array.isArray(capabilities)) return refuse('GenericError', "Parameter 'capabilities' is missing");
    for (const { capability, state } of capabilities as readonly MigrationCapability[]) {
      if (capability === 'events') this.migrationEvents = state;
    }
    return { return: {} };
  }

  private capabilities(): readonly MigrationCapability[] {
    const recorded = (this.answers.recorded('query-migrate-capabilities')?.return ??
      []) as MigrationCapability[];
    return recorded.map((entry) =>
      entry.capability === 'events' ? { ...entry, state: this.migrationEvents } : entry,
    );
  }
}
