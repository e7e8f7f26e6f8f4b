import { addCommand, type DeclareCommand } from './command-context.js';

/** `nic-herald plugins`. */
export const declarePlugins: DeclareCommand = (program, { io, action }) => {
  addCommand(program, 'plugins', 'shows what agents are composed of, and from where')
    .option('-c, --config <file>', 'what an agent with this herald.yaml would be composed of; none is needed')
    .option('--host <name>', 'only the agent of that host')
    .option('--control <socket>', 'only the agent at that control socket')
    .option('--json', 'print JSON')
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
