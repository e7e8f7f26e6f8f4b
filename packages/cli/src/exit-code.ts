import { isHeraldError } from '@nic-herald/core';

/** What the command's exit status says. Documented in the README; scripts may rely on it. */
export const EXIT = {
  ok: 0,
  /** What was asked failed. */
  failure: 1,
  /** The command line or herald.yaml is wrong; nothing was started. */
  usage: 2,
  /** This machine lacks something: a privilege, a kernel feature, a free socket. */
  cannotRunHere: 3,
  /** Ended by SIGINT or by SIGTERM, as a shell has it: 128 and the signal's number. */
  interrupted: 130,
  terminated: 143,
} as const;

/** One of the exit statuses. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const USAGE: ReadonlySet<string> = new Set([
  'HERALD_USAGE',
  'HERALD_QMP_LIBVIRT',
  'HERALD_CONFIG_INVALID',
  'HERALD_CONFIG_UNREADABLE',
  'HERALD_ANNOUNCE_TIMING',
  'HERALD_RECORD_WORDS',
  'HERALD_HOST_NAME',
  'HERALD_NAME_TAKEN',
  'HERALD_HANDOFF_STORE',
  'HERALD_COMPANION_REFUSED',
]);
/** What herald.yaml names, and what does not go together. */
const PLUGIN =
  /^HERALD_PLUGIN_(NOT_FOUND|LOAD|EXPORT|OPTIONS|CONTRACT|DUPLICATE|TOKEN_TAKEN|REQUIRES|INSTALL|CYCLE)$/;
const CANNOT = /^HERALD_(SINK_(BUSY|NAME_TAKEN|UNAVAILABLE)|NATIVE_UNAVAILABLE)$/;

/** The exit status that an error stands for. */
export const exitCodeOf = (error: unknown): ExitCode => {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (!isHeraldError(first)) return EXIT.failure;
  if (USAGE.has(first.code) || PLUGIN.test(first.code)) return EXIT.usage;
  return CANNOT.test(first.code) ? EXIT.cannotRunHere : EXIT.failure;
};
