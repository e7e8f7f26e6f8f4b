import { EXIT } from '../exit-code.js';
import { addCommand, type DeclareCommand } from './command-context.js';
import { withNotes } from './command-notes.js';

/** `nic-herald demo`. */
export const declareDemo: DeclareCommand = (program, { io, action }) => {
  withNotes(
    addCommand(
      program,
      'demo',
      'two hosts, a switch and recorded guests in this process: QEMU alone beside nic-herald',
    ),
    { exit: { 0: 'nic-herald left no station dark', 1: 'it left one dark, or failed' } },
  )
    .option('--json', 'print JSON (default: text for people)')
    .action(
      action(async ({ json = false }: { json?: boolean }) => {
        const { runDemo } = await import('../demo/run-demo.js');
        return (await runDemo({ json, write: (text) => io.write(text) })) === 0 ? EXIT.ok : EXIT.failure;
      }),
    );
};
