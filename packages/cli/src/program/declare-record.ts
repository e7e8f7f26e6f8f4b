import type { NamedWords } from '@nic-herald/core/internal';
import { gatheredWords } from '../commands/words-option.js';
import { addCommand, type DeclareCommand } from './command-context.js';
import { named, type TargetFlags, withTarget } from './guest-target.js';

/** `nic-herald record`. */
export const declareRecord: DeclareCommand = (program, { io, action }) => {
  withTarget(
    addCommand(program, 'record', 'records a live card, for the tests of its model').addHelpText(
      'after',
      '\nOnly what the model reads and what --words names is read. Some registers change when they are read: name none of\nthose, on no guest that matters.',
    ),
  )
    .option('--nic <id>', 'the NIC (default: the only one)')
    .option(
      '--words <bar:offset:count>',
      '32-bit words to read besides, such as 0:0x5400:32; may be given several times',
      gatheredWords,
    )
    .option('--out <file>', 'write it there, and say what to do next (default: standard output)')
    .option('--force', 'replace the file where it is there already')
    .action(
      action(async (guest: string | undefined, options: RecordFlags) => {
        const { nic, words = [], out, force = false, ...target } = options;
        const { recordCommand } = await import('../commands/record-command.js');
        const chosen = { ...(nic === undefined ? {} : { nic }), ...(out === undefined ? {} : { out }) };
        return await recordCommand({ ...target, ...named(guest) }, { ...chosen, words, force }, io);
      }),
    );
};

interface RecordFlags extends TargetFlags {
  readonly nic?: string;
  readonly words?: readonly NamedWords[];
  readonly out?: string;
  readonly force?: boolean;
}
