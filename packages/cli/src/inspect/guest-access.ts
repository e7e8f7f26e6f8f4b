import type { AnnounceRequest, GuestInspection, MigrationReport } from '@nic-herald/core';

/** One guest to look at or to announce, through a running agent or directly. */
export interface GuestAccess {
  /** Whether it has a sink: what an inspection says of sinks means something. */
  readonly hasSink: boolean;
  inspect(): Promise<GuestInspection>;
  announce(request: AnnounceRequest): Promise<MigrationReport>;
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
