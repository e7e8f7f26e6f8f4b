import { printError } from './print-error.js';
import { heldSignals } from './process/held-signals.js';
import { untilStopped } from './process/stop-request.js';

/** The process as a command sees it, so that tests can stand in for it. */
export interface CliIo {
  /** Writes to standard output; no newline is added. */
  write(text: string): void;
  /** Writes to standard error; no newline is added. */
  writeError(text: string): void;
  /** Whether output may be coloured: a terminal, and NO_COLOR is not set. */
  readonly color: boolean;
  /** Of this process and its children; what a service manager says to this process alone is taken out. */
  readonly env: Record<string, string | undefined>;
  /** Effective user id; 0 is root. */
  readonly uid: number;
  /** Resolves with the signal's name when the process is asked to end (SIGINT, SIGTERM). */
  untilStopped(): Promise<NodeJS.Signals>;
  /** Calls `reload` whenever the process is asked to read its configuration anew (SIGHUP). Returns the way to stop. */
  onReload(reload: () => void): () => void;
}

/** The real process. Asked a second time to end, it ends at once; and it ends in time, whatever hangs. */
export const processIo = (): CliIo => {
  const io: CliIo = {
    write: (text) => void process.stdout.write(text),
    writeError: (text) => void process.stderr.write(text),
    color: process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '',
    env: process.env,
    uid: process.geteuid?.() ?? -1,
    untilStopped: () => untilStopped((late) => printError(late, io, { debug: false })),
    onReload: (reload) => heldSignals.onReload(reload),
  };
  return io;
};
