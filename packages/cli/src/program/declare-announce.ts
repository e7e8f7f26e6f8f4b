import { ANNOUNCE_TIMING_RANGES, type AnnounceTiming } from '@nic-herald/core/internal';
import { gathered, wholeNumber } from '../commands/option-values.js';
import { addCommand, type DeclareCommand } from './command-context.js';
import { named, type TargetFlags, withTarget } from './guest-target.js';

/** `nic-herald announce`. */
export const declareAnnounce: DeclareCommand = (program, { io, action }) => {
  withTarget(
    addCommand(program, 'announce', 'announces a running guest now').addHelpText(
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
        const { announceCommand } = await import('../commands/announce-command.js');
        const timing = given({ rounds, initialMs: initial, maxMs: max, stepMs: step });
        return await announceCommand({ ...target, ...named(guest) }, { nics, timing, dryRun, json }, io);
      }),
    );
};

interface AnnounceFlags extends TargetFlags {
  readonly interface?: readonly string[];
  readonly rounds?: number;
  readonly initial?: number;
  readonly max?: number;
  readonly step?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const given = (timing: { [K in keyof AnnounceTiming]: number | undefined }): Partial<AnnounceTiming> =>
  Object.fromEntries(Object.entries(timing).filter(([, value]) => value !== undefined));
