import { CommanderError } from 'commander';
import type { CliIo } from './cli-io.js';
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.js';
import { printError } from './print-error.js';
import { makeProgram } from './program/program.js';

/**
 * The nic-herald command: takes the arguments after its name, prints, and resolves with the exit status. Never
 * rejects.
 */
export const run = async (argv: readonly string[], io: CliIo): Promise<ExitCode> => {
  const program = makeProgram(io);
  try {
    await program.command.parseAsync(argv, { from: 'user' });
    return program.status();
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    printError(error, io, { debug: program.debug() });
    return exitCodeOf(error);
  }
};
