import { addCommand, type DeclareCommand } from './command-context.js';
import { withNotes } from './command-notes.js';

/** `nic-herald doctor`. */
export const declareDoctor: DeclareCommand = (program, { io, action }) => {
  withNotes(addCommand(program, 'doctor', 'tells whether an agent could run here, and why not'), {
    about: [
      'It starts nothing, connects to no QMP socket and disturbs no agent. Run it as the user of the agent.',
    ],
    exit: { 0: 'an agent could do all its work', 1: 'a problem was found, or it failed' },
  })
    .option('-c, --config <file>', "the agent's herald.yaml (default: /etc/nic-herald/herald.yaml, if there)")
    .option('--json', 'print JSON (default: text for people)')
    .action(
      action(async ({ json = false, ...options }: DoctorFlags) => {
        const { doctorCommand } = await import('../commands/doctor-command.js');
        return await doctorCommand({ ...options, json }, io);
      }),
    );
};

interface DoctorFlags {
  readonly config?: string;
  readonly json?: boolean;
}
