import stringWidth from 'string-width';

/** Where the text of a column stands. */
export type Alignment = 'left' | 'right';

/** Rows of text as lines whose columns stand under each other, by what a terminal shows of them; to the left where nothing is said. */
export const textTable = (
  rows: readonly (readonly string[])[],
  { align = [], gap = '  ' }: { readonly align?: readonly Alignment[]; readonly gap?: string } = {},
): readonly string[] => {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, stringWidth(cell));
    }
  }
  const padded = (cell: string, column: number): string => {
    const blanks = ' '.repeat((widths[column] ?? 0) - stringWidth(cell));
    return align[column] === 'right' ? blanks + cell : cell + blanks;
  };
  return rows.map((row) => row.map(padded).join(gap).trimEnd());
};
