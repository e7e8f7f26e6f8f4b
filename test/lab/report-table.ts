import type { CaseResult } from './lab-case.js';

export type Verdict = 'passed' | 'failed' | 'skipped';

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
  readonly #widths: number[];
  readonly #colour: boolean;

  constructor(names: readonly string[], colour: boolean) {
    const nameWidth = Math.max(10, ...names.map((name) => name.length));
    this.#widths = [nameWidth, 8, 10, 10, 10, 10, 7];
    this.#colour = colour;
  }

  header(): string {
    const rule = this.#widths
      .slice(0, -1)
      .map((width) => '─'.repeat(width))
      .join('  ');
    return [...headings.map((cells) => this.#line(cells)), rule].join('\n');
  }

  row(row: TableRow, runs: number): string {
    const { alone, herald } = row.result ?? {};
    const stations = (herald ?? alone)?.returns.length;
    const text = this.#line([
      runs > 1 ? `${row.name} ${row.run}/${runs}` : row.name,
      stations === undefined ? '' : String(stations),
      alone ? String(alone.dark) : '',
      herald ? String(herald.dark) : '',
      milliseconds(alone?.lastBackMs),
      milliseconds(herald?.lastBackMs),
      row.verdict,
    ]);
    return this.#paint(text, row.verdict);
  }

  #line(cells: readonly string[]): string {
    return cells
      .map((cell, index) => {
        const width = this.#widths[index] ?? 0;
        return index === 0 || index === cells.length - 1 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  }

  #paint(text: string, verdict: Verdict): string {
    if (!this.#colour) return text;
    const code = { passed: 32, failed: 31, skipped: 33 }[verdict];
    const at = text.lastIndexOf(verdict);
    return `${text.slice(0, at)}\u001b[${code}m${verdict}\u001b[0m`;
  }
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? '' : `${value.toFixed(1)} ms`;
}
