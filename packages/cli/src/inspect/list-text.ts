/** The first `most` of a list and how many there are more: `a, b and 7 more`. */
export const firstOf = (items: readonly string[], most: number): string =>
  items.length <= most
    ? items.join(', ')
    : `${items.slice(0, most).join(', ')} and ${items.length - most} more`;

/** Ascending numbers with runs put together: `1-4, 7`. */
export const numberRanges = (numbers: readonly number[]): readonly string[] => {
  const ranges: [first: number, last: number][] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const range = ranges.at(-1);
    if (range !== undefined && number <= range[1] + 1) range[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
};

/** `1 frame`, `2 frames`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** How often each word is there, in the order in which they first are: `4 rarp, 3 garp`. */
export const tally = (words: readonly string[]): string =>
  [...countWords(words)].map(([word, count]) => `${count} ${word}`).join(', ');

/** How often each word is there. */
const countWords = (words: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
};
