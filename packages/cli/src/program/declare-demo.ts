import { EXIT } from '../exit-code.js';
import { addCommand, type DeclareCommand } from './command-context.js';

/** `nic-herald demo`. */
export const declareDemo: DeclareCommand = (program, { io, action }) => {
  addCommand(
    program,
    'demo',
    'two hosts, a switch and recorded guests in this process: QEMU alone beside nic-herald',
  )
    .option('--json', 'print JSON')
    .action(
      action(async ({ json = false }: { json?: boolean }) => {
        const { runDemo } = await import('../demo/run-demo.js');
        return (await runDemo({ json, write: (text) => io.write(text) })) === 0 ? EXIT.ok : EXIT.failure;
      }),
    );
};
