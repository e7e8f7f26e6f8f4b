import { Option } from 'commander';
import { gathered } from '../commands/option-values.js';
import { LOG_LEVELS, type LogLevel } from '../config/log-level.js';
import { addCommand, type DeclareCommand } from './command-context.js';
import { withNotes } from './command-notes.js';

/** `nic-herald run`. */
export const declareRun: DeclareCommand = (program, { io, debug, action }) => {
  withNotes(addCommand(program, 'run', 'runs the agent of this host until SIGTERM or SIGINT'), {
    about: ['The log is on standard output, a JSON object a line. SIGHUP reloads herald.yaml.'],
    exit: {
      0: 'it was asked to end, and did',
      1: 'it failed, or a part of it did not close',
      3: 'this machine lacks something: a privilege, a kernel feature, a free socket',
    },
  })
    .option(
      '-c, --config <file>',
      'herald.yaml, see herald.yaml(5); options given here win over it (default: none is read)',
    )
    .option(
      '--host <name>',
      "this host's name in snapshots and reports, 1 to 128 characters; no two hosts may have one (default: the machine's)",
    )
    .option(
      '--qmp <socket>',
      'QMP socket, or glob with * and ?; may be given several times (default: none)',
      gathered,
    )
    .option(
      '--libvirt [socket]',
      "libvirt's socket (default: the one found; taken where nothing else is named)",
    )
    .option(
      '--handoff-dir <dir>',
      'directory shared with the other hosts, where snapshots travel (default: none)',
    )
    .option(
      '--handoff-nats <server>',
      'NATS server through which snapshots travel, nats:// or tls://; may be given several times (default: none)',
      gathered,
    )
    .option('--report-dir <dir>', 'directory that keeps one JSON report per migration (default: none)')
    .option('--control <socket>', 'control socket, at most 107 bytes (default: /run/nic-herald/NAME.sock)')
    .option(
      '--metrics <listen>',
      'serve metrics at [ADDRESS:]PORT (default: none; without ADDRESS at 127.0.0.1)',
    )
    .option(
      '--observe',
      'send nothing, for no guest: learn, make ready and report what would be sent (default: off)',
    )
    .addOption(new Option('--log-level <level>', 'how much to log (default: info)').choices(LOG_LEVELS))
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
  readonly handoffNats?: readonly string[];
  readonly reportDir?: string;
  readonly control?: string;
  readonly metrics?: string;
  readonly logLevel?: LogLevel;
  readonly observe?: boolean;
}
