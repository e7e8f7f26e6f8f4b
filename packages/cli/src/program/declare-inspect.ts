import { addCommand, type DeclareCommand } from './command-context.js';
import { withNotes } from './command-notes.js';
import { named, type TargetFlags, withTarget } from './guest-target.js';

/** `nic-herald inspect`. */
export const declareInspect: DeclareCommand = (program, { io, action }) => {
  withNotes(
    withTarget(addCommand(program, 'inspect', 'shows NICs, filter state, plan and refusals of a guest')),
    {
      about: ['Without a guest it lists those that the agents see.'],
      exit: {
        0: 'it was shown',
        1: 'no agent answers, it sees no such guest, or the guest cannot be looked at',
      },
    },
  )
    .option('--json', 'print JSON (default: text for people)')
    .action(
      action(async (guest: string | undefined, { json = false, ...target }: InspectOptions) => {
        const { inspectCommand } = await import('../commands/inspect-command.js');
        return await inspectCommand({ ...target, ...named(guest) }, { json }, io);
      }),
    );
};

type InspectOptions = TargetFlags & { readonly json?: boolean };
