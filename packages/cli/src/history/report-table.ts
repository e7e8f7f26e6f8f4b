import { guestLabel } from '@nic-herald/core';
import type { ReportEntry } from '@nic-herald/reports';
import picocolors from 'picocolors';
import { printable } from '../printable.js';

/** Longest guest's name in the table, characters; `--json` has all of it. */
const MAX_GUEST = 40;
const ID_LENGTH = 8;

/** One line per report, the columns as wide as they must be: 80 with ordinary names and no warnings. */
export const reportTable = (
  entries: readonly ReportEntry[],
  { color, now }: { readonly color: boolean; readonly now: number },
): string => {
  const { bold, red, yellow } = picocolors.createColors(color);
  const paint: Readonly<Partial<Record<ReportEntry['outcome'], (text: string) => string>>> = {
    failed: red,
    superseded: yellow,
    'nothing-to-announce': yellow,
  };
  const year = new Date(now).getFullYear();
  const rows = entries.map((entry) => ({ entry, cells: cellsOf(entry, year) }));
  const widths = HEAD.map((title, column) =>
    rows.reduce((most, { cells }) => Math.max(most, cells[column]?.length ?? 0), title.length),
  );
  const line = (cells: readonly string[], painted: (text: string) => string = (text) => text): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        if (column >= FIRST_NUMBER) return ` ${cell.padStart(width)}`;
        const padding = ' '.repeat(width - cell.length + (column < FIRST_NUMBER - 1 ? 2 : 0));
        return `${column === OUTCOME ? painted(cell) : cell}${padding}`;
      })
      .join('');
  const lines = rows.map(({ cells, entry }) => {
    if (entry.warnings.length === 0) return line(cells, paint[entry.outcome]);
    const warnings = entry.warnings.map((code) => code.replace('HERALD_', '')).join(', ');
    return `${line(cells, paint[entry.outcome])}  ${yellow(printable(warnings))}`;
  });
  const title = entries.some(({ warnings }) => warnings.length > 0) ? '  WARNINGS' : '';
  return `${[bold(`${line(HEAD)}${title}`), ...lines].join('\n')}\n`;
};

const HEAD = ['TIME', 'ID', 'GUEST', 'CAUSE', 'OUTCOME', 'SENT', 'REFUSED', 'LAST MS'];
const OUTCOME = HEAD.indexOf('OUTCOME');
const FIRST_NUMBER = HEAD.indexOf('SENT');

const cellsOf = (entry: ReportEntry, year: number): readonly string[] => {
  const { at, cause, guest, id, outcome, refused, resumeToLastFrameMs: last, stations } = entry;
  const name = printable(guestLabel(guest));
  return [
    shortTime(at, year),
    printable((id ?? '-').slice(0, ID_LENGTH)),
    name.length > MAX_GUEST ? `${name.slice(0, MAX_GUEST - 1)}…` : name,
    cause,
    outcome === 'nothing-to-announce' ? 'nothing' : outcome,
    `${stations}`,
    `${refused}`,
    last === undefined ? '-' : last.toFixed(last < 100 ? 1 : 0),
  ];
};

const two = (number: number): string => `${number}`.padStart(2, '0');

/** `01-02 03:04:05`, or `2025-01-02 03:04` where it was another year; local time. */
const shortTime = (at: number, year: number): string => {
  const then = new Date(at);
  const day = `${two(then.getMonth() + 1)}-${two(then.getDate())}`;
  const time = `${two(then.getHours())}:${two(then.getMinutes())}`;
  return then.getFullYear() === year
    ? `${day} ${time}:${two(then.getSeconds())}`
    : `${then.getFullYear()}-${day} ${time}`;
};

/** `2026-01-02 03:04:05.678`; local time. */
export const longTime = (at: number): string => {
  const then = new Date(at);
  const day = `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())}`;
  const time = [then.getHours(), then.getMinutes(), then.getSeconds()].map(two).join(':');
  return `${day} ${time}.${`${then.getMilliseconds()}`.padStart(3, '0')}`;
};
