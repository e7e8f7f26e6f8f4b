import { execFile } from 'node:child_process';

/** A program that ended with an error: its command line, exit code and what it printed to stderr. */
class ProgramFailed extends Error {
  override readonly name = 'ProgramFailed';
  readonly stderr: string;
  constructor(commandLine: string, stderr: string, cause: Error) {
    super(`${commandLine}: ${stderr.trim() || cause.message}`, { cause });
    this.stderr = stderr;
  }
}

export interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly timeoutMs?: number;
}

/** Runs a program to its end and gives what it printed to stdout; a non-zero exit is a {@link ProgramFailed}. */
export function runProgram(
  program: string,
  programArguments: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      [...programArguments],
      {
        maxBuffer: 64 * 1024 * 1024,
        timeout: options.timeoutMs ?? 60_000,
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        ...(options.env === undefined ? {} : { env: { ...process.env, ...options.env } }),
      },
      (error, stdout, stderr) => {
        if (error) reject(new ProgramFailed([program, ...programArguments].join(' '), stderr, error));
        else resolve(stdout);
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}
