import { addCommand, type DeclareCommand } from './command-context.js';

/** `nic-herald doctor`. */
export const declareDoctor: DeclareCommand = (program, { io, action }) => {
  addCommand(program, 'doctor', 'tells whether an agent could run here, and why not')
    .option('-c, --config <file>', "the agent's herald.yaml (default: /etc/nic-herald/herald.yaml, if there)")
    .option('--json', 'print JSON')
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
