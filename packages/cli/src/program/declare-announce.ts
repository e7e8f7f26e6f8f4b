import {
  type AnnounceTiming,
  type AnnounceTimingNumber,
  DEFAULT_ANNOUNCE_TIMING,
  ANNOUNCE_TIMING_RANGES as RANGES,
} from '@nic-herald/core/internal';
import { gathered, wholeNumber } from '../commands/option-values.js';
import { addCommand, type DeclareCommand } from './command-context.js';
import { withNotes } from './command-notes.js';
import { named, type TargetFlags, withTarget } from './guest-target.js';

/** `nic-herald announce`. */
export const declareAnnounce: DeclareCommand = (program, { io, action }) => {
  withNotes(withTarget(addCommand(program, 'announce', 'announces a running guest now')), {
    about: [
      'Where the timing is not given, it is as herald.yaml says for the guest; the defaults here are those where it says nothing.',
    ],
    exit: {
      0: 'frames were sent, or with --dry-run shown',
      1: 'no frame was handed to a port, whatever the cause (no NIC has a port, nothing to announce, all of it refused, mode: observe), or it failed; it says why for each NIC',
    },
  })
    .option(
      '--interface <id>',
      'only this NIC, by its id; may be given several times (default: all)',
      gathered,
    )
    .option(
      '--rounds <n>',
      timingText('how often each frame is sent', 'rounds', ''),
      wholeNumber(RANGES.rounds),
    )
    .option(
      '--initial <ms>',
      timingText('pause after the first round', 'initialMs'),
      wholeNumber(RANGES.initialMs),
    )
    .option('--max <ms>', timingText('longest pause', 'maxMs'), wholeNumber(RANGES.maxMs))
    .option(
      '--step <ms>',
      timingText('how much longer each pause is than the one before', 'stepMs'),
      wholeNumber(RANGES.stepMs),
    )
    .option('--dry-run', 'show what would be sent, and send nothing (default: off)')
    .option('--json', 'print the report as JSON, with why nothing was sent (default: text for people)')
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

const given = (timing: { [K in AnnounceTimingNumber]: number | undefined }): Partial<AnnounceTiming> =>
  Object.fromEntries(Object.entries(timing).filter(([, value]) => value !== undefined));

/** What a member of the timing is, with its range, unit and default. */
const timingText = (what: string, member: AnnounceTimingNumber, unit = ' ms'): string => {
  const [least, most] = RANGES[member];
  return `${what}, ${least} to ${most}${unit} (default: ${DEFAULT_ANNOUNCE_TIMING[member]})`;
};
