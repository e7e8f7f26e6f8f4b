/** The process as a command sees it, so that tests can stand in for it. */
export interface CliIo {
  /** Writes to standard output; no newline is added. */
  write(text: string): void;
  /** Writes to standard error; no newline is added. */
  writeError(text: string): void;
  /** Whether output may be coloured: a terminal, and NO_COLOR is not set. */
  readonly color: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Effective user id; 0 is root. */
  readonly uid: number;
  /** Resolves with the signal's name when the process is asked to end (SIGINT, SIGTERM). */
  untilStopped(): Promise<string>;
}

/** The real process. Asked a second time to end, it ends at once. */
export const processIo = (): CliIo => ({
  write: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  color: process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '',
  env: process.env,
  uid: process.geteuid?.() ?? -1,
  untilStopped,
});

/**
 * One request to end often comes as two signals: `timeout` sends it to its child and to the group, a terminal
 * and npx both pass Ctrl-C on. A second one counts only after this time, ms.
 */
const ONE_REQUEST_MS = 1000;

const untilStopped = (): Promise<string> =>
  new Promise((resolve) => {
    let askedAt: number | undefined;
    const stop = (signal: NodeJS.Signals): void => {
      const now = performance.now();
      askedAt ??= now;
      if (now - askedAt > ONE_REQUEST_MS) {
        process.off('SIGINT', stop).off('SIGTERM', stop);
        process.kill(process.pid, signal);
      }
      resolve(signal);
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
  });
