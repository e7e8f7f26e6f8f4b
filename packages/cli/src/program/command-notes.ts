import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../exit-code.js';

/** What is said of a command besides its arguments and options: in its help, and in its manual page. */
export interface CommandNotes {
  /** What each exit status of the command means. */
  readonly exit: Readonly<Partial<Record<ExitCode, string>>>;
  /** Paragraphs. */
  readonly about?: readonly string[];
}

const notesOfCommands = new WeakMap<Command, CommandNotes>();

/** What a wrong command line or herald.yaml ends with, whatever the command. */
const USAGE = 'the command line or herald.yaml is wrong, and nothing was started';

/** Adds notes to a command, at the end of its help. */
export const withNotes = (command: Command, notes: CommandNotes): Command => {
  notesOfCommands.set(command, { ...notes, exit: { [EXIT.usage]: USAGE, ...notes.exit } });
  return command.addHelpText('after', () => {
    const { exit, about = [] } = notesOf(command);
    const help = command.createHelp();
    const width = helpWidth(command);
    help.prepareContext({ helpWidth: width });
    return [
      ...about.flatMap((paragraph) => ['', help.boxWrap(paragraph, width)]),
      '',
      'Exit status:',
      ...Object.entries(exit).map(([status, meaning]) => help.formatItem(status, 1, meaning, help)),
    ].join('\n');
  });
};

/** The notes of a command; those of one that has none are that it ends with 0. */
export const notesOf = (command: Command): CommandNotes => notesOfCommands.get(command) ?? { exit: {} };

/** As commander has it for the help itself: the terminal's, or 80. */
const helpWidth = (command: Command): number => command.configureOutput().getOutHelpWidth?.() ?? 80;
