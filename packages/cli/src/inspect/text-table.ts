import Table from 'cli-table3';

/** Where the text of a column stands. */
export type Alignment = 'left' | 'right';

/** No lines are drawn: the columns are kept apart by blanks. */
const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid', 'top-mid', 'top-left', 'top-right', 'bottom-mid'].map((each) => [
    each,
    '',
  ]),
);

/** Rows of text as lines whose columns stand under each other, by what a terminal shows of them; to the left where nothing is said. */
export const textTable = (
  rows: readonly (readonly string[])[],
  { align = [], gap = '  ' }: { readonly align?: readonly Alignment[]; readonly gap?: string } = {},
): readonly string[] => {
  if (rows.length === 0) return [];
  const table = new Table({
    chars: {
      ...NO_LINES,
      'bottom-left': '',
      'bottom-right': '',
      'left-mid': '',
      'mid-mid': '',
      'right-mid': '',
      middle: gap,
    },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: [...align],
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
};
