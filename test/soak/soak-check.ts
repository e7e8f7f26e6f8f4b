/** One thing that is to be so, as a line of the table. */
export interface SoakCheck {
  readonly what: string;
  readonly found: string;
  readonly wanted: string;
  readonly isSo: boolean;
}

/** A check of a number against the most that it may be. */
export function atMost(what: string, found: number, most: number, unit: string): SoakCheck {
  return { what, found: number(found, unit), wanted: `at most ${number(most, unit)}`, isSo: found <= most };
}

const number = (value: number, unit: string): string =>
  `${Number.isInteger(value) ? value : value.toFixed(value < 10 ? 2 : 0)} ${unit}`.trim();

/** The middle one, and any other part: `quantile(0.9, values)`. NaN where there are none. */
export function quantile(part: number, values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}
