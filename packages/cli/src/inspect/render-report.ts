import { guestLabel, type MigrationReport } from '@nic-herald/core';
import { type MulticastRefreshReport, multicastOf, type NicReport } from '@nic-herald/core/internal';
import { type ReportSummary, reportSummary } from '@nic-herald/reports';
import picocolors from 'picocolors';
import { printable } from '../printable.js';
import { counted, tally } from './list-text.js';
import { multicastText } from './multicast-text.js';
import { whyNotSent } from './not-sent.js';
import { proofText } from './proof-text.js';
import { renderRefusals } from './render-plan.js';
import { labelled } from './text-block.js';

const OUTCOME: Readonly<Record<MigrationReport['outcome'], string>> = {
  announced: 'was announced',
  observed: 'was not announced: it is only observed (mode: observe), and nothing was sent',
  superseded: 'was announced in part: it moved on, or the announcement was cancelled',
  failed: 'could not be announced',
  'nothing-to-announce': 'has nothing to announce: no frame was handed to a port',
};

/** Of one that was called off under `observe`. */
const OBSERVED_IN_PART =
  'was observed in part: it moved on, or the announcement was cancelled; nothing was sent (mode: observe)';

/** What an announcement did, for the person who asked for it. */
export const renderReport = (report: MigrationReport, options: { readonly color: boolean }): string => {
  const { bold, yellow } = picocolors.createColors(options.color);
  const summary = reportSummary(report);
  const multicast = multicastOf(report);
  const lines = [
    bold(`${printable(guestLabel(report.guest))} ${outcomeText(report)}`),
    ...labelled(summary.mode === 'observe' ? 'not sent' : 'sent', sentText(summary)),
    ...(summary.delayed === undefined ? [] : labelled('delayed', delayText(summary))),
    ...report.nics.flatMap((nic) => [
      ...labelled(`NIC ${nic.nic}`.slice(0, 11), nicText(nic, report)),
      ...kernelLines(nic),
      ...multicastLines(multicast.get(nic.nic)),
      ...renderRefusals(nic.refused),
    ]),
    ...proofLines(report),
    ...(report.nics.length === 0 ? labelled('NICs', 'none, so there is nothing to announce') : []),
    ...report.warnings
      .filter(({ message }) => !isToldOfNic(message, report))
      .flatMap(({ code, message }) => labelled('warning', `${message} (${code})`))
      .map((line) => yellow(line)),
  ];
  return `${lines.join('\n')}\n`;
};

/** What the kernel sent by itself, or why it was given nothing. */
const kernelLines = ({ kernel, firedBy, unarmed }: NicReport): readonly string[] => {
  if (kernel === undefined)
    return unarmed === undefined ? [] : labelled('kernel', `sent nothing by itself: ${unarmed.message}`);
  const { sent, shortfall, isLost } = kernel;
  const rest = shortfall === undefined ? '' : `; the agent sent the others, as ${shortfall}`;
  const text = `${counted(sent, 'frame')} left when the hypervisor announced the guest${rest}`;
  if (isLost === true)
    return labelled('kernel', `${text}; its port let nothing further, so they were sent again`);
  return labelled('kernel', firedBy === 'kernel' ? text : `${text}; all were sent again by the agent`);
};

const proofLines = (report: MigrationReport): readonly string[] => {
  const text = proofText(report);
  return text === undefined ? [] : labelled('proof', text);
};

const multicastLines = (asked: MulticastRefreshReport | undefined): readonly string[] =>
  asked === undefined ? [] : labelled('multicast', multicastText(asked));

const outcomeText = ({ mode, outcome }: MigrationReport): string =>
  mode === 'observe' && outcome === 'superseded' ? OBSERVED_IN_PART : OUTCOME[outcome];

const sentText = ({ accepted, addresses, frames, mode, rounds, stations }: ReportSummary): string => {
  const ips = addresses === 0 ? '' : ` with ${addresses} IP ${addresses === 1 ? 'address' : 'addresses'}`;
  const all = counted(frames, 'frame');
  const taken = mode === 'observe' ? all : `${accepted} of ${all} taken`;
  return `${counted(stations, 'station')}${ips}, ${counted(rounds, 'round')}, ${taken}`;
};

const delayText = ({ delayed = 0, delayedMs = 0 }: ReportSummary): string =>
  `${counted(delayed, 'frame')}, at most ${delayedMs} ms, as this host may send no faster (announce.pacing)`;

const nicText = (nic: MigrationReport['nics'][number], report: MigrationReport): string => {
  const { announced, added, port, sink, model } = nic;
  const why = whyNotSent(report, nic)?.why;
  if (sink === undefined) return `model ${model}, nothing could be sent: ${why}`;
  const frames = tally([...announced, ...added].map(({ kind }) => kind));
  const text = `model ${model}, ${frames || 'nothing'} a round through ${port ?? 'no port'} by ${sink}`;
  return why === undefined || report.mode === 'observe' ? text : `${text}: ${why}`;
};

/** What is wrong with a NIC stands beside it. */
const isToldOfNic = (message: string, report: MigrationReport): boolean =>
  report.nics.some((nic) => nic.problem?.message === message && whyNotSent(report, nic) !== undefined);
