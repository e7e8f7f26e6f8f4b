import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import type { ExitCode } from '../exit-code.js';

/** What the declaration of a command is given. */
export interface CommandContext {
  readonly io: CliIo;
  /** Whether the stack of an error is to be printed; known once the arguments are parsed. */
  readonly debug: () => boolean;
  /** Lets what a command does set the exit status. */
  readonly action: <A extends unknown[]>(
    command: (...given: A) => Promise<ExitCode>,
  ) => (...given: A) => Promise<void>;
}

/** Adds one command, with its arguments and options, to the program. Runs nothing. */
export type DeclareCommand = (program: Command, context: CommandContext) => void;

/** A command of the program that reports errors as the program does. */
export const addCommand = (program: Command, name: string, description: string): Command =>
  program.command(name).description(description).copyInheritedSettings(program);
