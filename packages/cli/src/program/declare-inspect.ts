import { addCommand, type DeclareCommand } from './command-context.js';
import { named, type TargetFlags, withTarget } from './guest-target.js';

/** `nic-herald inspect`. */
export const declareInspect: DeclareCommand = (program, { io, action }) => {
  withTarget(addCommand(program, 'inspect', 'shows NICs, filter state, plan and refusals of a guest'))
    .option('--json', 'print JSON')
    .action(
      action(async (guest: string | undefined, { json = false, ...target }: InspectOptions) => {
        const { inspectCommand } = await import('../commands/inspect-command.js');
        return await inspectCommand({ ...target, ...named(guest) }, { json }, io);
      }),
    );
};

type InspectOptions = TargetFlags & { readonly json?: boolean };
