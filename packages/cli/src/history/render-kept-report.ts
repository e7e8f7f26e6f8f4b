import { join } from 'node:path';
import type { MigrationReport } from '@nic-herald/core';
import type { ReportEntry } from '@nic-herald/reports';
import { renderReport } from '../inspect/render-report.js';
import { labelled } from '../inspect/text-block.js';
import { longTime } from './report-table.js';

/** A whole report as it was kept, for people. */
export const renderKeptReport = (
  directory: string,
  { at, file }: ReportEntry,
  report: MigrationReport,
  options: { readonly color: boolean },
): string => {
  const { cause, epoch, firstFrameAt, host, id, lastFrameAt, readAt, resumedAt, revision } = report;
  const after = (moment: number | undefined, what: string): readonly string[] =>
    moment === undefined || resumedAt === undefined
      ? []
      : [`${what} ${(moment - resumedAt).toFixed(1)} ms after it`];
  const resumed = [
    ...after(readAt, 'read'),
    ...after(firstFrameAt, 'first frame'),
    ...after(lastFrameAt, 'last frame of round 1'),
  ];
  const lines = [
    ...labelled('over', `${longTime(at)}: ${cause}, on host ${host}, epoch ${epoch}`),
    ...(resumedAt === undefined ? [] : labelled('RESUME', [longTime(resumedAt), ...resumed].join(', '))),
    ...labelled('file', join(directory, file)),
    ...(id === undefined ? [] : labelled('id', `${id}, revision ${revision}`)),
  ];
  return `${renderReport(report, options)}${lines.join('\n')}\n`;
};
