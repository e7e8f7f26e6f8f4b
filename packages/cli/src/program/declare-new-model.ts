import { addCommand, type DeclareCommand } from './command-context.js';

/** `nic-herald new-model`. */
export const declareNewModel: DeclareCommand = (program, { io, action }) => {
  addCommand(program, 'new-model', 'writes a small plugin package with a NIC model, tests and all')
    .argument('<name>', 'npm name of the package')
    .option('--dir <folder>', 'where to write it; new or empty (default: ./NAME)')
    .option('--type <type>', "QEMU's name of the card, as in -device (default: NAME)")
    .action(
      action(async (name: string, options: { dir?: string; type?: string }) => {
        const { newModelCommand } = await import('../commands/new-model-command.js');
        return await newModelCommand(name, options, io);
      }),
    );
};
