import * as z from 'zod';

/** Longest path that a configuration may name, in characters. */
export const PATH_LENGTH = 4096;

/** Text of 1 to `most` characters. */
export const text = (most: number) =>
  z
    .string({ error: 'must be text' })
    .min(1, { error: 'must not be empty' })
    .max(most, { error: `must have at most ${most} characters` });

/** A whole number from `least` to `most`. */
export const wholeNumber = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};

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
