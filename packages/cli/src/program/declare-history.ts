import { ANNOUNCE_OUTCOMES } from '@nic-herald/core';
import type { ReportQuery } from '@nic-herald/reports';
import { Option } from 'commander';
import { wholeNumber } from '../commands/option-values.js';
import { parseSince } from '../history/parse-since.js';
import { addCommand, type DeclareCommand } from './command-context.js';
import { withNotes } from './command-notes.js';

/** `nic-herald history`. */
export const declareHistory: DeclareCommand = (program, { io, action }) => {
  withNotes(
    addCommand(program, 'history', 'lists the reports of announcements that were kept, the newest last'),
    {
      about: [
        'SENT: stations announced; REFUSED: what was not, with a reason in the report; LAST MS: from RESUME to the last frame of the first round, ms; times are local. OUTCOME: of what was announced whether frames reach its stations since: proved, partly or unproved. No agent is needed.',
      ],
      exit: {
        0: 'they were shown, also where nothing is found',
        1: 'the directory or some report cannot be read, or there is no such report',
        2: 'the command line or herald.yaml is wrong, or it is not known which directory',
      },
    },
  )
    .argument('[report]', 'shows this one: its id, 4 or more characters of it, or the name of its file')
    .option('--report-dir <dir>', 'where they are kept (default: reports.directory of herald.yaml)')
    .option('-c, --config <file>', 'herald.yaml that names it (default: /etc/nic-herald/herald.yaml)')
    .option(
      '--since <time>',
      'only since then: s, m, h, d or w ago, such as 24h; or a local time, such as 2026-01-02 (default: all)',
      parseSince,
    )
    .option('--guest <guest>', 'only those of the guest with this name or UUID (default: all)')
    .addOption(
      new Option('--outcome <outcome>', 'only those that ended so (default: all)').choices(ANNOUNCE_OUTCOMES),
    )
    .option('--unproved', 'only those of which some station is not proved (default: all)')
    .option('-n, --last <n>', 'only the newest n, 1 to 1000000 (default: all)', wholeNumber([1, 1_000_000]))
    .option(
      '--json',
      'print JSON: a list of what the table has, or the whole report (default: text for people)',
    )
    .action(
      action(async (report: string | undefined, options: HistoryFlags) => {
        const { json = false, reportDir, config, ...query } = options;
        const { historyCommand } = await import('../commands/history-command.js');
        return await historyCommand(
          {
            query,
            json,
            ...(report === undefined ? {} : { report }),
            ...(reportDir === undefined ? {} : { reportDir }),
            ...(config === undefined ? {} : { config }),
          },
          io,
        );
      }),
    );
};

interface HistoryFlags extends ReportQuery {
  readonly config?: string;
  readonly json?: boolean;
  readonly reportDir?: string;
}
