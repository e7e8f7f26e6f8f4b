import { addCommand, type DeclareCommand } from './command-context.js';
import { withNotes } from './command-notes.js';

/** `nic-herald plugins`. */
export const declarePlugins: DeclareCommand = (program, { io, action }) => {
  withNotes(addCommand(program, 'plugins', 'shows what agents are composed of, and from where'), {
    exit: { 0: 'it was shown', 1: 'no agent answers, or it failed' },
  })
    .option(
      '-c, --config <file>',
      'what an agent with this herald.yaml would be composed of; none is needed (default: what running agents are)',
    )
    .option('--host <name>', 'only the agent of that host (default: all that run here)')
    .option(
      '--control <socket>',
      'only the agent at that control socket, a path (default: all in /run/nic-herald)',
    )
    .option('--json', 'print JSON (default: text for people)')
    .action(
      action(async ({ json = false, ...options }: PluginsFlags) => {
        const { pluginsCommand } = await import('../commands/plugins-command.js');
        return await pluginsCommand({ ...options, json }, io);
      }),
    );
};

interface PluginsFlags {
  readonly config?: string;
  readonly host?: string;
  readonly control?: string;
  readonly json?: boolean;
}
