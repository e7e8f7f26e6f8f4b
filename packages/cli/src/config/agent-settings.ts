import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { DEFAULT_REPORT_KEEP, type ReportKeep } from '@nic-herald/reports';
import type { GuestRules, HeraldConfig } from './herald-config.js';
import type { LogLevel } from './log-level.js';

/** What the command line of `run` says; each flag wins over the file. */
export interface RunFlags {
  readonly config?: string;
  readonly host?: string;
  readonly qmp: readonly string[];
  /** A socket of libvirt, or true for the one that is found. */
  readonly libvirt?: string | true;
  readonly handoffDir?: string;
  /** Servers of NATS, for the hand-off. */
  readonly handoffNats?: readonly string[];
  readonly reportDir?: string;
  readonly control?: string;
  /** Where metrics can be scraped: `[ADDRESS:]PORT`. */
  readonly metrics?: string;
  readonly logLevel?: LogLevel;
  /** No frame is sent for any guest, whatever the file says. */
  readonly observe?: boolean;
}

/** What an agent needs to know besides its plugins, flags and file put together; paths are absolute. */
export interface AgentSettings {
  readonly host: string;
  readonly reportDirectory?: string;
  /** Absent: as the reports' own default says. */
  readonly reportKeep?: ReportKeep;
  readonly rules: GuestRules & Pick<HeraldConfig, 'guests' | 'learner'>;
  readonly logLevel: LogLevel;
}

/**
 * Puts flags over the file. Paths of the file are relative to it, those of flags to the working directory.
 */
export const agentSettings = (flags: RunFlags, config: HeraldConfig): AgentSettings => {
  const base = flags.config === undefined ? '.' : dirname(flags.config);
  const path = (flag: string | undefined, written: string | undefined): string | undefined => {
    if (flag !== undefined) return resolve(flag);
    return written === undefined ? undefined : resolve(base, written);
  };
  const reportDirectory = path(flags.reportDir, config.reports?.directory);
  const keep = reportKeep(config);
  const { learner, announce, pairing, maxStations, maxAddresses, trust, allow, allowNlb, deny } = config;
  const { mode, guests } = flags.observe === true ? observing(config) : config;
  return {
    host: flags.host ?? config.host ?? hostname(),
    ...(reportDirectory === undefined ? {} : { reportDirectory }),
    ...(keep === undefined ? {} : { reportKeep: keep }),
    rules: {
      ...{ mode, guests, learner, announce, pairing, maxStations, maxAddresses, trust },
      ...{ allow, allowNlb, deny },
    },
    logLevel: flags.logLevel ?? config.log?.level ?? 'info',
  };
};

const reportKeep = ({ reports }: HeraldConfig): ReportKeep | undefined => {
  const { age = DEFAULT_REPORT_KEEP.ageMs, size = DEFAULT_REPORT_KEEP.bytes } = reports?.keep ?? {};
  return reports?.keep && { ageMs: age, bytes: size };
};

/** The modes of the file, all of them `observe`. */
const observing = ({ guests }: HeraldConfig): Pick<HeraldConfig, 'mode' | 'guests'> => ({
  mode: 'observe',
  guests:
    guests &&
    Object.fromEntries(Object.entries(guests).map(([name, rules]) => [name, { ...rules, mode: 'observe' }])),
});
