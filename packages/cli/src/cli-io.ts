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

/** The real process. A second signal ends it at once: the handlers are gone by then. */
export const processIo = (): CliIo => ({
  write: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  color: process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '',
  env: process.env,
  uid: process.geteuid?.() ?? -1,
  untilStopped: () =>
    new Promise((resolve) => {
      const stop = (signal: string): void => {
        process.off('SIGINT', stop);
        process.off('SIGTERM', stop);
        resolve(signal);
      };
      process.on('SIGINT', stop);
      process.on('SIGTERM', stop);
    }),
});
