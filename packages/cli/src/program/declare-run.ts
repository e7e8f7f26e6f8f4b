import { Option } from 'commander';
import { gathered } from '../commands/option-values.js';
import { LOG_LEVELS, type LogLevel } from '../config/log-level.js';
import { addCommand, type DeclareCommand } from './command-context.js';

/** `nic-herald run`. */
export const declareRun: DeclareCommand = (program, { io, debug, action }) => {
  addCommand(program, 'run', 'runs the agent of this host until SIGTERM or SIGINT')
    .option('-c, --config <file>', 'herald.yaml; options given here win over it')
    .option('--host <name>', "this host's name in snapshots and reports (default: the machine's)")
    .option('--qmp <socket>', 'QMP socket or glob; may be given several times', gathered)
    .option(
      '--libvirt [socket]',
      "libvirt's socket (default: the one found; taken where nothing else is named)",
    )
    .option('--handoff-dir <dir>', 'directory shared with the other hosts, where snapshots travel')
    .option('--report-dir <dir>', 'keep one JSON report per migration there')
    .option('--control <socket>', 'control socket (default: /run/nic-herald/NAME.sock)')
    .option(
      '--metrics <listen>',
      'serve metrics at [ADDRESS:]PORT (default: none; without ADDRESS at 127.0.0.1)',
    )
    .option('--observe', 'send nothing, for no guest: learn, make ready and report what would be sent')
    .addOption(new Option('--log-level <level>', 'how much to log').choices(LOG_LEVELS))
    .action(
      action(async (options: RunOptions) => {
        const { runCommand } = await import('../commands/run-command.js');
        return await runCommand({ ...options, qmp: options.qmp ?? [] }, { debug: debug() }, io);
      }),
    );
};

interface RunOptions {
  readonly config?: string;
  readonly host?: string;
  readonly qmp?: readonly string[];
  readonly libvirt?: string | true;
  readonly handoffDir?: string;
  readonly reportDir?: string;
  readonly control?: string;
  readonly metrics?: string;
  readonly logLevel?: LogLevel;
  readonly observe?: boolean;
}
