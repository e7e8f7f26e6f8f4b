import {
  type AnnounceRequest,
  type CardRecording,
  type Guest,
  type GuestInspection,
  HeraldError,
  type HeraldHost,
  type HostDescription,
  type HostHealth,
  type HostStats,
  type MigrationEventBus,
  type MigrationReport,
  type RecordRequest,
} from '@nic-herald/core';

/** What a host answers with while it runs. */
export type AnsweringEngine = Pick<HeraldHost, 'guests' | 'inspect' | 'announce' | 'record'>;

/** What a host remembers of itself. */
export type HostRecords = Pick<HeraldHost, 'reports' | 'stats' | 'health'>;

/**
 * The host that plugins inject, made before any of them is constructed and filled when the engine stands. It needs
 * nothing to be made, so that no plugin that injects it closes a circle.
 */
export class LateHost implements HeraldHost {
  private engine: AnsweringEngine | undefined;
  private records: HostRecords | undefined;

  constructor(
    readonly name: string,
    private readonly parts: {
      readonly bus: () => MigrationEventBus;
      readonly describe: () => HostDescription;
    },
  ) {}

  /** From now on this engine answers, none where it is absent; what is recorded stays. */
  answerThrough(engine: AnsweringEngine | undefined, records: HostRecords): void {
    this.engine = engine;
    this.records = records;
  }

  get bus(): MigrationEventBus {
    return this.parts.bus();
  }

  guests(): readonly Guest[] {
    return this.engine?.guests() ?? [];
  }

  inspect(guest: Guest): Promise<GuestInspection> {
    return this.engine?.inspect(guest) ?? Promise.reject(this.notReady('inspect'));
  }

  announce(guest: Guest, request: AnnounceRequest = {}): Promise<MigrationReport> {
    return this.engine?.announce(guest, request) ?? Promise.reject(this.notReady('announce'));
  }

  record(guest: Guest, request: RecordRequest = {}): Promise<CardRecording> {
    return this.engine?.record(guest, request) ?? Promise.reject(this.notReady('record'));
  }

  describe(): HostDescription {
    return this.parts.describe();
  }

  reports(): readonly MigrationReport[] {
    return this.records?.reports() ?? [];
  }

  stats(): HostStats {
    if (this.records === undefined) throw this.notReady('stats');
    return this.records.stats();
  }

  health(): Promise<HostHealth> {
    return this.records?.health() ?? Promise.reject(this.notReady('health'));
  }

  private notReady(call: string): HeraldError {
    const why =
      this.records === undefined
        ? 'is not composed yet: ask it from `start` of a HOST_SERVICE on, not from a constructor'
        : 'is closing or closed: ask it before that';
    return new HeraldError('HERALD_HOST_NOT_READY', `${call}: the host ${this.name} ${why}`, {
      details: { host: this.name },
    });
  }
}
