import { ANNOUNCE_TIMING_RANGES } from '@nic-herald/core';
import * as z from 'zod';

const text = (most: number) =>
  z
    .string({ error: 'must be text' })
    .min(1, { error: 'must not be empty' })
    .max(most, { error: `must have at most ${most} characters` });

const wholeNumber = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });

const mapping = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject(shape, {
    // unknown keys are worded where they are found; returning undefined keeps zod's own issue for them
    error: (issue) => (issue.code === 'invalid_type' ? 'must be a mapping (key: value)' : undefined),
  });

/** A mapping that may be left out, or left empty: `control:` with all its keys commented out. */
const section = <T extends z.ZodRawShape>(shape: T) =>
  z.preprocess((value) => (value === null ? {} : value), mapping(shape)).optional();

const PATH_LENGTH = 4096;

/** Log levels, pino's. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

const guestRules = {
  announce: section({
    initialMs: wholeNumber(...ANNOUNCE_TIMING_RANGES.initialMs).optional(),
    maxMs: wholeNumber(...ANNOUNCE_TIMING_RANGES.maxMs).optional(),
    rounds: wholeNumber(...ANNOUNCE_TIMING_RANGES.rounds).optional(),
    stepMs: wholeNumber(...ANNOUNCE_TIMING_RANGES.stepMs).optional(),
  }),
  pairing: section({ limit: wholeNumber(0, 65_536).optional() }),
  maxStations: wholeNumber(1, 65_536).optional(),
  trust: oneOf(['primary', 'filter', 'learned']).optional(),
};

/** What herald.yaml may hold. Every key is optional; the README says what each means. */
export const heraldConfigSchema = mapping({
  host: text(128).optional(),
  monitors: section({
    qemu: section({
      sockets: z
        .array(text(PATH_LENGTH), { error: 'must be a list of sockets or globs' })
        .max(1024, { error: 'must have at most 1024 entries' })
        .optional(),
      enableMigrationEvents: z.boolean({ error: 'must be true or false' }).optional(),
    }),
  }),
  handoff: section({ directory: text(PATH_LENGTH).optional() }),
  reports: section({ directory: text(PATH_LENGTH).optional() }),
  ...guestRules,
  guests: z
    .record(z.string(), mapping(guestRules), {
      error: 'must be a mapping from guest names or UUIDs to rules',
    })
    .optional(),
  control: section({ socket: text(PATH_LENGTH).optional() }),
  log: section({ level: oneOf(LOG_LEVELS).optional() }),
});

/** A checked herald.yaml; paths stand as written. */
export type HeraldConfig = z.infer<typeof heraldConfigSchema>;

/** The rules of herald.yaml that hold for every guest, or for one. */
export type GuestRules = z.infer<z.ZodObject<typeof guestRules, z.core.$strict>>;

/** How chatty the log is. */
export type LogLevel = (typeof LOG_LEVELS)[number];
