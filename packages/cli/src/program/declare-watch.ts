import { addCommand, type DeclareCommand } from './command-context.js';
import { withNotes } from './command-notes.js';
import { named, type TargetFlags } from './guest-target.js';

/** `nic-herald watch`. */
export const declareWatch: DeclareCommand = (program, { io, action }) => {
  withNotes(
    addCommand(program, 'watch', 'shows migrations as they happen, a line for each station that is back'),
    {
      about: [
        'It shows what the agents tell from now on, until Ctrl-C. Each station that is proved to be back has a line: where, how many ms after RESUME the first frame reached it, and by what it is proved. That needs proof: in the herald.yaml of the agents; without it the announcement is shown.',
      ],
      exit: {
        0: 'it was asked to end (Ctrl-C, or SIGTERM)',
        1: 'no agent answers, or the last one that did went away',
      },
    },
  )
    .argument(
      '[guest]',
      'only this one, by its name, UUID or instance; it need not be here yet (default: all)',
    )
    .option('--host <name>', 'only the agent of that host (default: all that run here)')
    .option(
      '--control <socket>',
      'only the agent at that control socket, a path (default: all in /run/nic-herald)',
    )
    .option('--json', 'print what the agents tell, one JSON object a line (default: text for people)')
    .action(
      action(async (guest: string | undefined, { json = false, ...target }: WatchFlags) => {
        const { watchCommand } = await import('../commands/watch-command.js');
        return await watchCommand({ ...target, ...named(guest) }, { json }, io);
      }),
    );
};

interface WatchFlags extends Omit<TargetFlags, 'qmp'> {
  readonly json?: boolean;
}
