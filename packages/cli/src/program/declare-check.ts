import { addCommand, type DeclareCommand } from './command-context.js';
import { withNotes } from './command-notes.js';

/** `nic-herald check`. */
export const declareCheck: DeclareCommand = (program, { io, action }) => {
  withNotes(addCommand(program, 'check', 'checks a herald.yaml: every fault, with line and column'), {
    about: [
      'The plugins that the file names are loaded, so that they check their options; none is started.',
      'SIGHUP has a running agent read its file anew.',
    ],
    exit: {
      0: 'an agent would start with this file; there may be notes',
      1: 'the check itself failed',
      2: 'the file has a fault or cannot be read, or the command line is wrong',
    },
  })
    .argument('[file]', 'the file (default: /etc/nic-herald/herald.yaml)')
    .option('--json', 'print JSON (default: text for people)')
    .action(
      action(async (file: string | undefined, { json = false }: { readonly json?: boolean }) => {
        const { checkCommand } = await import('../commands/check-command.js');
        return await checkCommand(file, { json }, io);
      }),
    );
};
