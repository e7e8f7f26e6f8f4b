import * as z from 'zod';
import { printable } from '../printable.js';
import { parseByteSize, parseDuration } from './quantity.js';

/** Longest path that a configuration may name, in characters. */
export const PATH_LENGTH = 4096;

/** Text of 1 to `most` characters, none of which could drive a terminal. */
export const text = (most: number) =>
  z
    .string({ error: 'must be text' })
    .min(1, { error: 'must not be empty' })
    .max(most, { error: `must have at most ${most} characters` })
    .refine((written) => printable(written) === written, { error: 'must not have control characters' });

/** A whole number from `least` to `most`. */
export const wholeNumber = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};

/** A text with a unit, from `least` to `most`, as a number. */
const quantity = (parse: (text: unknown) => number | undefined, what: string, least: string, most: string) =>
  z.unknown().transform((value, context): number => {
    const amount = parse(value);
    const [from, to] = [parse(least) ?? 0, parse(most) ?? 0];
    if (amount !== undefined && amount >= from && amount <= to) return amount;
    context.addIssue({ code: 'custom', message: `must be ${what}, from ${least} to ${most}` });
    return z.NEVER;
  });

/** A time with its unit, such as `30d`, as milliseconds. */
export const duration = (least: string, most: string) =>
  quantity(parseDuration, 'a time such as 90m, 12h or 30d', least, most);

/** A size with its unit, such as `1GiB`, as bytes. */
export const byteSize = (least: string, most: string) =>
  quantity(parseByteSize, 'a size such as 500MiB or 1GiB', least, most);

/** One of a few words. */
export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });

/** `true` or `false`. */
export const yesOrNo = z.boolean({ error: 'must be true or false' });

/** A mapping with these keys and no others. */
export const mapping = <T extends z.ZodRawShape>(shape: T, error = 'must be a mapping (key: value)') =>
  z.strictObject(shape, {
    // unknown keys are worded where they are found; returning undefined keeps zod's own issue for them
    error: (issue) => (issue.code === 'invalid_type' ? error : undefined),
  });

/** What may be left out, or left empty: `control:` with all its keys commented out. */
export const leftEmpty = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === null ? {} : value), schema).optional();

/** A mapping that may be left out, or left empty. */
export const section = <T extends z.ZodRawShape>(shape: T) => leftEmpty(mapping(shape));

/** A list of at most `most` entries that may be left out. */
export const listOf = <T extends z.ZodType>(entry: T, what: string, most = 1024) =>
  z
    .array(entry, { error: `must be a list of ${what}` })
    .max(most, { error: `must have at most ${most} entries` })
    .optional();
