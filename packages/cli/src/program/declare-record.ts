import type { NamedWords } from '@nic-herald/core/internal';
import { gatheredWords } from '../commands/words-option.js';
import { addCommand, type DeclareCommand } from './command-context.js';
import { withNotes } from './command-notes.js';
import { named, type TargetFlags, withTarget } from './guest-target.js';

/** `nic-herald record`. */
export const declareRecord: DeclareCommand = (program, { io, action }) => {
  withNotes(withTarget(addCommand(program, 'record', 'records a live card, for the tests of its model')), {
    about: [
      'Only what the model reads and what --words names is read. Some registers change when they are read: name none of those, on no guest that matters.',
    ],
    exit: {
      0: 'it is recorded, and said where not all is in it',
      1: 'no agent answers, it sees no such guest, or the card cannot be recorded',
    },
  })
    .option('--nic <id>', 'the NIC, by its id (default: the only one)')
    .option(
      '--words <bar:offset:count>',
      '32-bit words to read besides, such as 0:0x5400:32: BAR 0 to 6, OFFSET in bytes, a multiple of 4, COUNT 1 to 1024; may be given 64 times (default: none)',
      gatheredWords,
    )
    .option('--out <file>', 'write it there, and say what to do next (default: standard output)')
    .option('--force', 'replace the file where it is there already (default: it stays)')
    .option(
      '--json',
      'with --out, say what was written as JSON (default: text for people); the recording is JSON anyway',
    )
    .action(
      action(async (guest: string | undefined, options: RecordFlags) => {
        const { nic, words = [], out, force = false, json = false, ...target } = options;
        const { recordCommand } = await import('../commands/record-command.js');
        const chosen = { ...(nic === undefined ? {} : { nic }), ...(out === undefined ? {} : { out }) };
        return await recordCommand({ ...target, ...named(guest) }, { ...chosen, words, force, json }, io);
      }),
    );
};

interface RecordFlags extends TargetFlags {
  readonly nic?: string;
  readonly words?: readonly NamedWords[];
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}
