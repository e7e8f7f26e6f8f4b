import {
  checkedOptions,
  listOption,
  MAX_SOCKET_PATH_BYTES,
  type OptionsSchema,
  optionsSchema,
  type PluginOption,
  socketPathOption,
  type Token,
  textOption,
  token,
  wholeNumberOption,
  yesOrNoOption,
} from '@nic-herald/core';
import { DEFAULT_QMP_LIMITS } from '@nic-herald/qmp';

/** How to reach the QEMUs of this host, and how often to look at them. Only `sockets` is required. */
export interface QemuOptions {
  /**
   * QMP sockets: absolute paths, with `*` and `?` in any component (they match no '/' and no leading dot).
   * One that does not exist yet is waited for. Each needs to be nic-herald's own: a QMP socket serves one client.
   */
  readonly sockets: readonly string[];
  /** Turn on each QEMU's `events` migration capability, for all its clients. Default false: it is left alone. */
  readonly enableMigrationEvents?: boolean;
  /** Time for a QMP greeting before a silent socket is warned of, ms, 1 and up. Default 2000. */
  readonly greetingTimeoutMs?: number;
  /** Time for one command, ms, 1 and up. Default 3000. */
  readonly commandTimeoutMs?: number;
  /** Longest line accepted from QEMU, bytes, 65536 and up. Default 4194304. */
  readonly maxLineBytes?: number;
  /** How often `query-migrate` is asked while `events` is off and no migration runs, ms, 50 and up. Default 1000. */
  readonly migrationPollMs?: number;
  /** How often the list of NICs is compared: QEMU does not tell of a plugged NIC. ms, 50 and up. Default 5000. */
  readonly nicPollMs?: number;
  /** How often sockets are looked for, besides what the file system tells, ms, 50 and up. Default 2000. */
  readonly rescanMs?: number;
  /** First and longest pause between two attempts to connect, ms, 1 and up. Default 100 and 5000. */
  readonly reconnectMs?: { readonly first: number; readonly longest: number };
}

/** The options with their defaults filled in. */
export type QemuSettings = Required<QemuOptions>;

/** The settings of the QEMU monitor of a host. */
export const QEMU_SETTINGS: Token<QemuSettings> = token<QemuSettings>('@nic-herald/monitor-qemu/settings');

const ms = (least: number, usual: number): PluginOption<number> =>
  wholeNumberOption({ least, most: 3_600_000, usual });
const pause = wholeNumberOption({ least: 1, most: 3_600_000 });

/** A pattern may be long; what is no pattern is the path of a socket, for which the system has less room. */
const path = textOption({ what: 'an absolute path', most: 4096, pattern: /^\// });
const socketPath = socketPathOption();
const socketOrGlob: PluginOption<string> = {
  allowed: `an absolute path of 1 to ${MAX_SOCKET_PATH_BYTES} bytes, or a pattern of 1 to 4096 characters`,
  accepts: (value): value is string =>
    path.accepts(value) && (/[*?[{]/.test(value) || socketPath.accepts(value)),
};

/** Checks the options, and fills in their defaults. */
export const qemuOptions: OptionsSchema<QemuSettings> = optionsSchema({
  sockets: listOption(socketOrGlob, { most: 1024 }),
  enableMigrationEvents: yesOrNoOption(false),
  greetingTimeoutMs: ms(1, DEFAULT_QMP_LIMITS.greetingTimeoutMs),
  commandTimeoutMs: ms(1, DEFAULT_QMP_LIMITS.commandTimeoutMs),
  maxLineBytes: wholeNumberOption({
    least: 65_536,
    most: 268_435_456,
    usual: DEFAULT_QMP_LIMITS.maxLineBytes,
  }),
  migrationPollMs: ms(50, 1000),
  nicPollMs: ms(50, 5000),
  rescanMs: ms(50, 2000),
  reconnectMs: {
    allowed: `a mapping of first and longest, each ${pause.allowed}`,
    accepts: (value): value is QemuSettings['reconnectMs'] =>
      typeof value === 'object' &&
      value !== null &&
      Object.keys(value).length === 2 &&
      'first' in value &&
      'longest' in value &&
      Object.values(value).every((each) => pause.accepts(each)),
    usual: { first: 100, longest: 5000 },
  },
});

/** Checks options and fills in the defaults. Throws HERALD_QEMU_OPTIONS. */
export const qemuSettings = (options: QemuOptions): QemuSettings =>
  checkedOptions(qemuOptions, options, { code: 'HERALD_QEMU_OPTIONS', plugin: 'qemu monitor' });
