import { guestLabel } from '@nic-herald/core';
import type { ReportEntry } from '@nic-herald/reports';
import picocolors from 'picocolors';
import { textTable } from '../inspect/text-table.js';
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
  const paint: Readonly<Partial<Record<ReturnType<typeof outcomeOf>, (text: string) => string>>> = {
    failed: red,
    unproved: yellow,
    superseded: yellow,
    'nothing-to-announce': yellow,
  };
  const year = new Date(now).getFullYear();
  const rows = entries.map((entry) => {
    const warnings = entry.warnings.map((code) => code.replace('HERALD_', '')).join(', ');
    const cells = cellsOf(entry, year);
    const painted = cells.with(OUTCOME, (paint[outcomeOf(entry)] ?? String)(cells[OUTCOME] ?? ''));
    return warnings === '' ? painted : [...painted, ` ${yellow(printable(warnings))}`];
  });
  const head = rows.some(({ length }) => length > HEAD.length) ? [...HEAD, ' WARNINGS'] : HEAD;
  const [title = '', ...lines] = textTable([head, ...rows].map(spaced), { align: ALIGN, gap: ' ' });
  return `${[bold(title), ...lines].join('\n')}\n`;
};

const HEAD = ['TIME', 'ID', 'GUEST', 'CAUSE', 'OUTCOME', 'SENT', 'REFUSED', 'LAST MS'];
const OUTCOME = HEAD.indexOf('OUTCOME');
const FIRST_NUMBER = HEAD.indexOf('SENT');
const ALIGN = HEAD.map((_, column) => (column < FIRST_NUMBER ? 'left' : 'right'));

/** Words are two blanks apart, numbers one: so that all of it has room in 80 columns. */
const spaced = (cells: readonly string[]): readonly string[] =>
  cells.map((cell, column) => (column < OUTCOME ? `${cell} ` : cell));

/** What became of it: of one that was announced what is proved, where that was looked for. */
const outcomeOf = ({
  outcome,
  proof,
}: ReportEntry): ReportEntry['outcome'] | NonNullable<ReportEntry['proof']> =>
  outcome === 'announced' ? (proof ?? outcome) : outcome;

const cellsOf = (entry: ReportEntry, year: number): readonly string[] => {
  const { at, cause, guest, id, refused, resumeToLastFrameMs: last, stations } = entry;
  const outcome = outcomeOf(entry);
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
