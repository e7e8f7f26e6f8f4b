import type {
  AnnounceRequest,
  CardRecording,
  GuestInspection,
  MigrationReport,
  RecordRequest,
} from '@nic-herald/core';

/** One guest to look at, to announce or to record, through a running agent or directly. */
export interface GuestAccess {
  /** Whether it has a sink: what an inspection says of sinks means something. */
  readonly hasSink: boolean;
  inspect(): Promise<GuestInspection>;
  announce(request: AnnounceRequest): Promise<MigrationReport>;
  record(request: RecordRequest): Promise<CardRecording>;
  close(): Promise<void>;
}

/** Which guest a command line means. */
export interface GuestTarget {
  /** Name, UUID or instance. */
  readonly guest?: string;
  /** Path of its QMP socket. */
  readonly qmp?: string;
  /** Only the agent of that name. */
  readonly host?: string;
  /** Only the agent at that control socket. */
  readonly control?: string;
}
