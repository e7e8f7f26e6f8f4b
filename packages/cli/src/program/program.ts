import { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { ownVersion } from '../own-version.js';
import { printable } from '../printable.js';
import { checkValues } from './check-values.js';
import type { CommandContext, DeclareCommand } from './command-context.js';
import { declareAnnounce } from './declare-announce.js';
import { declareCheck } from './declare-check.js';
import { declareDemo } from './declare-demo.js';
import { declareDoctor } from './declare-doctor.js';
import { declareHistory } from './declare-history.js';
import { declareInspect } from './declare-inspect.js';
import { declareNewModel } from './declare-new-model.js';
import { declarePlugins } from './declare-plugins.js';
import { declareRecord } from './declare-record.js';
import { declareRun } from './declare-run.js';
import { declareWatch } from './declare-watch.js';

/** Every command, in the order of `--help`. */
const COMMANDS: readonly DeclareCommand[] = [
  declareRun,
  declareInspect,
  declareWatch,
  declareAnnounce,
  declareRecord,
  declareHistory,
  declarePlugins,
  declareNewModel,
  declareCheck,
  declareDoctor,
  declareDemo,
];

/** The command line, and what came of the command that was run on it. */
export interface Program {
  readonly command: Command;
  /** The exit status of the command that ran; 0 where none did. */
  readonly status: () => ExitCode;
  /** Whether the stack of an error is to be printed. */
  readonly debug: () => boolean;
}

/**
 * The nic-herald program: its commands, with their arguments and options. Runs nothing. What a command needs is loaded when it
 * runs, so that `--help` is quick.
 */
export const makeProgram = (io: CliIo): Program => {
  const command = new Command('nic-herald');
  let status: ExitCode = EXIT.ok;
  const context: CommandContext = {
    io,
    debug: () => command.opts<{ debug?: boolean }>().debug ?? false,
    action:
      (perform) =>
      async (...given) => {
        status = await perform(...given);
      },
  };
  command
    .description('Keeps virtual machines reachable at every address after a live migration.')
    .version(ownVersion(), '-V, --version')
    .option('--debug', 'print the stack of an error (default: off)')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.write(text),
      writeErr: (text) => io.writeError(text),
      outputError: (text, write) => write(errorLine(text)),
    });
  for (const declare of COMMANDS) declare(command, context);
  checkValues(command);
  return { command, status: () => status, debug: context.debug };
};

/** Most characters of a wrong value that are shown. */
const SHOWN = 60;

/** What commander says is wrong with the arguments, as every other error is told. */
const errorLine = (text: string): string =>
  `nic-herald: ${printable(
    text
      .replace(/^error: /, '')
      .trimEnd()
      .replace(/(?<= (?:argument|value) ')(.*)(?=' is invalid)/su, cut)
      .replace(/(?<!^)\n(?=\(|$)/g, ' '),
  )} (HERALD_USAGE)\n`;

const cut = (value: string): string => (value.length <= SHOWN ? value : `${value.slice(0, SHOWN)}...`);
