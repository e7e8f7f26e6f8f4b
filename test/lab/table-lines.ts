export type Verdict = 'passed' | 'failed' | 'skipped';

/** Lays cells out in columns for a terminal: the first and the last to the left, those between to the right. */
export class TableLines {
  readonly #widths: readonly number[];
  readonly #colour: boolean;

  /** `widths`: of each column; the last one has no rule above it. */
  constructor(widths: readonly number[], colour: boolean) {
    this.#widths = widths;
    this.#colour = colour;
  }

  /** The headings, one line for each list of cells, and a rule below them. */
  header(headings: readonly (readonly string[])[]): string {
    const rule = this.#widths
      .slice(0, -1)
      .map((width) => '─'.repeat(width))
      .join('  ');
    return [...headings.map((cells) => this.line(cells)), rule].join('\n');
  }

  /** A line that ends with a verdict, in its colour. */
  verdictLine(cells: readonly string[], verdict: Verdict): string {
    const text = this.line([...cells, verdict]);
    if (!this.#colour) return text;
    const code = { passed: 32, failed: 31, skipped: 33 }[verdict];
    const at = text.lastIndexOf(verdict);
    return `${text.slice(0, at)}\u001b[${code}m${verdict}\u001b[0m`;
  }

  line(cells: readonly string[]): string {
    return cells
      .map((cell, index) => {
        const width = this.#widths[index] ?? 0;
        return index === 0 || index === cells.length - 1 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  }
}
