import type { CliIo } from '../src/cli-io.js';
import type { ExitCode } from '../src/exit-code.js';
import { run } from '../src/run.js';

/** A process as a command sees it, and what it has printed so far. */
export interface CapturedIo {
  readonly io: CliIo;
  readonly out: () => string;
  readonly err: () => string;
}

/** A process of an ordinary user, without colours and environment, which is not asked to end. */
export const capturedIo = (over: Partial<CliIo> = {}): CapturedIo => {
  let out = '';
  let err = '';
  const io: CliIo = {
    write: (text) => {
      out += text;
    },
    writeError: (text) => {
      err += text;
    },
    color: false,
    env: {},
    uid: 12345,
    untilStopped: () => new Promise(() => {}),
    onReload: () => () => {},
    ...over,
  };
  return { io, out: () => out, err: () => err };
};

/** What the command line prints for these words, and its exit status. */
export const ran = async (
  argv: readonly string[],
  over: Partial<CliIo> = {},
): Promise<{ readonly status: ExitCode; readonly out: string; readonly err: string }> => {
  const { io, out, err } = capturedIo(over);
  const status = await run(argv, io);
  return { status, out: out(), err: err() };
};
