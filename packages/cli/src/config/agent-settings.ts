import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { HeraldError } from '@nic-herald/core';
import type { LinuxLearnerOptions } from '@nic-herald/learner-linux';
import type { GuestRules, HeraldConfig } from './herald-config.js';
import type { LogLevel } from './log-level.js';

/** What the command line of `run` says; each flag wins over the file. */
export interface RunFlags {
  readonly config?: string;
  readonly host?: string;
  readonly qmp: readonly string[];
  readonly handoffDir?: string;
  readonly reportDir?: string;
  readonly control?: string;
  readonly logLevel?: LogLevel;
  /** No frame is sent for any guest, whatever the file says. */
  readonly observe?: boolean;
}

/** All that an agent needs to know, flags and file put together; paths are absolute. */
export interface AgentSettings {
  readonly host: string;
  /** QMP sockets or globs; none where only plugins could bring a monitor. */
  readonly sockets: readonly string[];
  /** Whether QEMU's `events` migration capability is turned on for every guest. */
  readonly enableMigrationEvents: boolean;
  readonly handoffDirectory?: string;
  readonly reportDirectory?: string;
  /** Absent: the default of this host's name. */
  readonly controlSocket?: string;
  readonly learner: LinuxLearnerOptions;
  readonly rules: GuestRules & Pick<HeraldConfig, 'guests' | 'learner'>;
  readonly logLevel: LogLevel;
}

/**
 * Puts flags over the file. Paths of the file are relative to it, those of flags to the working directory.
 * Throws HERALD_USAGE where neither names a QMP socket, nor a plugin that could
 * watch instead.
 */
export const agentSettings = (flags: RunFlags, config: HeraldConfig): AgentSettings => {
  const base = flags.config === undefined ? '.' : dirname(flags.config);
  const path = (flag: string | undefined, written: string | undefined): string | undefined => {
    if (flag !== undefined) return resolve(flag);
    return written === undefined ? undefined : resolve(base, written);
  };
  const sockets =
    flags.qmp.length > 0
      ? flags.qmp.map((socket) => resolve(socket))
      : (config.monitors?.qemu?.sockets ?? []).map((socket) => resolve(base, socket));
  if (sockets.length === 0 && (config.plugins ?? []).length === 0) {
    throw new HeraldError(
      'HERALD_USAGE',
      'there is nothing to watch: give --qmp SOCKET, or monitors.qemu.sockets in herald.yaml',
    );
  }
  const handoffDirectory = path(flags.handoffDir, config.handoff?.directory);
  const reportDirectory = path(flags.reportDir, config.reports?.directory);
  const controlSocket = path(flags.control, config.control?.socket);
  const { learner, announce, pairing, maxStations, maxAddresses, trust, allow, deny } = config;
  const { mode, guests } = flags.observe === true ? observing(config) : config;
  const { capacity, inKernel } = learner ?? {};
  return {
    host: flags.host ?? config.host ?? hostname(),
    sockets,
    enableMigrationEvents: config.monitors?.qemu?.enableMigrationEvents ?? false,
    ...(handoffDirectory === undefined ? {} : { handoffDirectory }),
    ...(reportDirectory === undefined ? {} : { reportDirectory }),
    ...(controlSocket === undefined ? {} : { controlSocket }),
    learner: {
      ...(capacity === undefined ? {} : { capacity }),
      ...(inKernel === undefined ? {} : { inKernel }),
    },
    rules: { mode, guests, learner, announce, pairing, maxStations, maxAddresses, trust, allow, deny },
    logLevel: flags.logLevel ?? config.log?.level ?? 'info',
  };
};

/** The modes of the file, all of them `observe`. */
const observing = ({ guests }: HeraldConfig): Pick<HeraldConfig, 'mode' | 'guests'> => ({
  mode: 'observe',
  guests:
    guests &&
    Object.fromEntries(Object.entries(guests).map(([name, rules]) => [name, { ...rules, mode: 'observe' }])),
});
