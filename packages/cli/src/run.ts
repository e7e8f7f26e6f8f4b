import { ANNOUNCE_TIMING_RANGES, type AnnounceTiming, type NamedWords } from '@nic-herald/core/internal';
import { Command, CommanderError, Option } from 'commander';
import type { CliIo } from './cli-io.js';
import { gathered, wholeNumber } from './commands/option-values.js';
import { gatheredWords } from './commands/words-option.js';
import { LOG_LEVELS, type LogLevel } from './config/log-level.js';
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.js';
import { ownVersion } from './own-version.js';
import { printError } from './print-error.js';

/**
 * The nic-herald command: takes the arguments after its name, prints, and resolves with the exit status. What
 * a command needs is loaded when it runs, so that `--help` is quick. Never rejects.
 */
export const run = async (argv: readonly string[], io: CliIo): Promise<ExitCode> => {
  const program = new Command('nic-herald');
  let status: ExitCode = EXIT.ok;
  /** Lets a command's action set the exit status. */
  const action =
    <A extends unknown[]>(command: (...given: A) => Promise<ExitCode>) =>
    async (...given: A): Promise<void> => {
      status = await command(...given);
    };
  const debug = (): boolean => program.opts<{ debug?: boolean }>().debug ?? false;

  program
    .description('Keeps virtual machines reachable at every address after a live migration.')
    .version(ownVersion(), '-V, --version')
    .option('--debug', 'print the stack of an error')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.write(text),
      writeErr: (text) => io.writeError(text),
      outputError: (text, write) =>
        write(
          `nic-herald: ${text
            .replace(/^error: /, '')
            .trimEnd()
            .replaceAll('\n', ' ')} (HERALD_USAGE)\n`,
        ),
    });

  command(program, 'run', 'runs the agent of this host until SIGTERM or SIGINT')
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
    .option('--observe', 'send nothing, for no guest: learn, make ready and report what would be sent')
    .addOption(new Option('--log-level <level>', 'how much to log').choices(LOG_LEVELS))
    .action(
      action(async (options: RunOptions) => {
        const { runCommand } = await import('./commands/run-command.js');
        return await runCommand({ ...options, qmp: options.qmp ?? [] }, { debug: debug() }, io);
      }),
    );

  withTarget(command(program, 'inspect', 'shows NICs, filter state, plan and refusals of a guest'))
    .option('--json', 'print JSON')
    .action(
      action(async (guest: string | undefined, { json = false, ...target }: InspectOptions) => {
        const { inspectCommand } = await import('./commands/inspect-command.js');
        return await inspectCommand({ ...target, ...named(guest) }, { json }, io);
      }),
    );

  withTarget(
    command(program, 'announce', 'announces a running guest now').addHelpText(
      'after',
      '\nExit status: 0 where frames were sent, or with --dry-run; 1 where no frame was handed to a port, whatever the cause\n(no NIC has a port, nothing to announce, all of it refused, mode: observe), or it failed; it says why for each NIC.',
    ),
  )
    .option('--interface <id>', 'only this NIC; may be given several times', gathered)
    .option('--rounds <n>', 'how often', wholeNumber(ANNOUNCE_TIMING_RANGES.rounds))
    .option('--initial <ms>', 'pause after the first round', wholeNumber(ANNOUNCE_TIMING_RANGES.initialMs))
    .option('--max <ms>', 'longest pause', wholeNumber(ANNOUNCE_TIMING_RANGES.maxMs))
    .option('--step <ms>', 'how much each pause is longer', wholeNumber(ANNOUNCE_TIMING_RANGES.stepMs))
    .option('--dry-run', 'show what would be sent, and send nothing')
    .option('--json', 'print the report as JSON, with why nothing was sent')
    .action(
      action(async (guest: string | undefined, options: AnnounceFlags) => {
        const { interface: nics = [], rounds, initial, max, step, ...others } = options;
        const { dryRun = false, json = false, ...target } = others;
        const { announceCommand } = await import('./commands/announce-command.js');
        const timing = given({ rounds, initialMs: initial, maxMs: max, stepMs: step });
        return await announceCommand({ ...target, ...named(guest) }, { nics, timing, dryRun, json }, io);
      }),
    );

  withTarget(
    command(program, 'record', 'records a live card, for the tests of its model').addHelpText(
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
        const { recordCommand } = await import('./commands/record-command.js');
        const chosen = { ...(nic === undefined ? {} : { nic }), ...(out === undefined ? {} : { out }) };
        return await recordCommand({ ...target, ...named(guest) }, { ...chosen, words, force }, io);
      }),
    );

  command(program, 'plugins', 'shows what agents are composed of, and from where')
    .option('-c, --config <file>', 'what an agent with this herald.yaml would be composed of; none is needed')
    .option('--host <name>', 'only the agent of that host')
    .option('--control <socket>', 'only the agent at that control socket')
    .option('--json', 'print JSON')
    .action(
      action(async ({ json = false, ...options }: PluginsFlags) => {
        const { pluginsCommand } = await import('./commands/plugins-command.js');
        return await pluginsCommand({ ...options, json }, io);
      }),
    );

  command(program, 'new-model', 'writes a small plugin package with a NIC model, tests and all')
    .argument('<name>', 'npm name of the package')
    .option('--dir <folder>', 'where to write it; new or empty (default: ./NAME)')
    .option('--type <type>', "QEMU's name of the card, as in -device (default: NAME)")
    .action(
      action(async (name: string, options: { dir?: string; type?: string }) => {
        const { newModelCommand } = await import('./commands/new-model-command.js');
        return await newModelCommand(name, options, io);
      }),
    );

  command(program, 'doctor', 'tells whether an agent could run here, and why not')
    .option('-c, --config <file>', "the agent's herald.yaml (default: /etc/nic-herald/herald.yaml, if there)")
    .option('--json', 'print JSON')
    .action(
      action(async ({ json = false, ...options }: DoctorFlags) => {
        const { doctorCommand } = await import('./commands/doctor-command.js');
        return await doctorCommand({ ...options, json }, io);
      }),
    );

  command(
    program,
    'demo',
    'two hosts, a switch and recorded guests in this process: QEMU alone beside nic-herald',
  )
    .option('--json', 'print JSON')
    .action(
      action(async ({ json = false }: { json?: boolean }) => {
        const { runDemo } = await import('./demo/run-demo.js');
        return (await runDemo({ json, write: (text) => io.write(text) })) === 0 ? EXIT.ok : EXIT.failure;
      }),
    );

  try {
    await program.parseAsync(argv, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    printError(error, io, { debug: debug() });
    return exitCodeOf(error);
  }
};

interface TargetFlags {
  readonly qmp?: string;
  readonly host?: string;
  readonly control?: string;
}
type InspectOptions = TargetFlags & { readonly json?: boolean };
interface AnnounceFlags extends TargetFlags {
  readonly interface?: readonly string[];
  readonly rounds?: number;
  readonly initial?: number;
  readonly max?: number;
  readonly step?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}
interface RecordFlags extends TargetFlags {
  readonly nic?: string;
  readonly words?: readonly NamedWords[];
  readonly out?: string;
  readonly force?: boolean;
}
interface PluginsFlags {
  readonly config?: string;
  readonly host?: string;
  readonly control?: string;
  readonly json?: boolean;
}
interface DoctorFlags {
  readonly config?: string;
  readonly json?: boolean;
}
interface RunOptions {
  readonly config?: string;
  readonly host?: string;
  readonly qmp?: readonly string[];
  readonly libvirt?: string | true;
  readonly handoffDir?: string;
  readonly reportDir?: string;
  readonly control?: string;
  readonly logLevel?: LogLevel;
  readonly observe?: boolean;
}

/** A subcommand that reports errors as the program does. */
const command = (program: Command, usage: string, description: string): Command =>
  program.command(usage).description(description).copyInheritedSettings(program);

const withTarget = (of: Command): Command =>
  of
    .argument('[guest]', 'name, UUID or instance; needs a running agent')
    .addOption(new Option('--qmp <socket>', 'the QMP socket of the guest; no agent is needed'))
    .option('--host <name>', 'ask only the agent of that host')
    .option('--control <socket>', 'ask only the agent at that control socket');

const named = (guest: string | undefined): { readonly guest?: string } =>
  guest === undefined ? {} : { guest };

const given = (timing: { [K in keyof AnnounceTiming]: number | undefined }): Partial<AnnounceTiming> =>
  Object.fromEntries(Object.entries(timing).filter(([, value]) => value !== undefined));
