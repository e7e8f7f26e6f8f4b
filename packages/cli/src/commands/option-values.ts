import { InvalidArgumentError } from 'commander';

/** A parser for a whole number in a range; commander names the option in the error. */
export const wholeNumber =
  ([least, most]: readonly [number, number]) =>
  (text: string): number => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };

/** A parser that gathers an option given several times. */
export const gathered = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];
