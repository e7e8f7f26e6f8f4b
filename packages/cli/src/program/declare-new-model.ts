import { addCommand, type DeclareCommand } from './command-context.js';
import { withNotes } from './command-notes.js';

/** `nic-herald new-model`. */
export const declareNewModel: DeclareCommand = (program, { io, action }) => {
  withNotes(
    addCommand(program, 'new-model', 'writes a small plugin package with a NIC model, tests and all'),
    {
      exit: { 0: 'it is written', 1: 'it cannot be written' },
    },
  )
    .argument('<name>', 'npm name of the package, with or without a scope')
    .option('--dir <folder>', 'where to write it; new or empty (default: ./NAME)')
    .option('--type <type>', "QEMU's name of the card, as in -device (default: NAME without scope)")
    .option('--json', 'say what was written as JSON (default: text for people)')
    .action(
      action(async (name: string, { json = false, ...options }: NewModelFlags) => {
        const { newModelCommand } = await import('../commands/new-model-command.js');
        return await newModelCommand(name, { ...options, json }, io);
      }),
    );
};

interface NewModelFlags {
  readonly dir?: string;
  readonly type?: string;
  readonly json?: boolean;
}
