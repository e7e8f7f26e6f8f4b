/** What the command's exit status says. Documented in the README; scripts may rely on it. */
export const EXIT = {
  ok: 0,
  /** What was asked failed. */
  failure: 1,
  /** The command line or herald.yaml is wrong; nothing was started. */
  usage: 2,
  /** This machine lacks something: a privilege, a kernel feature, a free socket. */
  cannotRunHere: 3,
} as const;

/** One of the exit statuses. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
