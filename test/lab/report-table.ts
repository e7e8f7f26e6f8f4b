import type { CaseResult } from './lab-case.js';
import { TableLines, type Verdict } from './table-lines.js';

/** One line of the table. */
export interface TableRow {
  readonly name: string;
  /** 1-based; shown when there is more than one run. */
  readonly run: number;
  readonly verdict: Verdict;
  readonly result?: CaseResult;
}

const headings = [
  ['', '', 'dark', 'dark', 'last back', 'last back', ''],
  ['scenario', 'stations', 'QEMU alone', 'nic-herald', 'QEMU alone', 'nic-herald', ''],
];

/** Lays the rows out as a table for a terminal: dark stations and the last one back, side by side. */
export class ReportTable {
  readonly #lines: TableLines;

  constructor(names: readonly string[], colour: boolean) {
    const nameWidth = Math.max(10, ...names.map((name) => name.length));
    this.#lines = new TableLines([nameWidth, 8, 10, 10, 10, 10, 7], colour);
  }

  header(): string {
    return this.#lines.header(headings);
  }

  row(row: TableRow, runs: number): string {
    const { alone, herald } = row.result ?? {};
    const stations = (herald ?? alone)?.returns.length;
    const cells = [
      runs > 1 ? `${row.name} ${row.run}/${runs}` : row.name,
      stations === undefined ? '' : String(stations),
      alone ? String(alone.dark) : '',
      herald ? String(herald.dark) : '',
      milliseconds(alone?.lastBackMs),
      milliseconds(herald?.lastBackMs),
    ];
    return this.#lines.verdictLine(cells, row.verdict);
  }
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? '' : `${value.toFixed(1)} ms`;
}
