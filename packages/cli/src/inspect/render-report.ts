import { guestLabel, type MigrationReport } from '@nic-herald/core';
import picocolors from 'picocolors';
import { reportSummary } from '../agent/report-summary.js';
import { printable } from '../printable.js';
import { counted } from './list-text.js';
import { renderRefusals } from './render-plan.js';
import { labelled } from './text-block.js';

const OUTCOME: Readonly<Record<MigrationReport['outcome'], string>> = {
  announced: 'was announced',
  superseded: 'was announced in part: it moved on, or the announcement was cancelled',
  failed: 'could not be announced',
  'nothing-to-announce': 'has nothing to announce',
};

/** What an announcement did, for the person who asked for it. */
export const renderReport = (report: MigrationReport, options: { readonly color: boolean }): string => {
  const { bold, yellow } = picocolors.createColors(options.color);
  const { stations, rounds, frames, accepted } = reportSummary(report);
  const lines = [
    bold(`${printable(guestLabel(report.guest))} ${OUTCOME[report.outcome]}`),
    ...labelled(
      'sent',
      `${counted(stations, 'station')}, ${counted(rounds, 'round')}, ${accepted} of ${counted(frames, 'frame')} taken`,
    ),
    ...report.nics.flatMap((nic) => [
      ...labelled(`NIC ${nic.nic}`.slice(0, 11), nicText(nic)),
      ...renderRefusals(nic.refused),
    ]),
    ...report.warnings
      .flatMap(({ code, message }) => labelled('warning', `${message} (${code})`))
      .map((line) => yellow(line)),
  ];
  return `${lines.join('\n')}\n`;
};

const nicText = ({ announced, added, port, sink, model }: MigrationReport['nics'][number]): string => {
  if (sink === undefined) return `model ${model}, nothing could be sent: ${port ?? 'no port'}`;
  const stations = counted(announced.length + added.length, 'station');
  return `model ${model}, ${stations} through ${port ?? 'no port'} by ${sink}`;
};
