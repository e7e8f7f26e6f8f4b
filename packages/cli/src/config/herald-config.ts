import { ANNOUNCE_TIMING_RANGES } from '@nic-herald/core';
import { VlanId } from '@nic-herald/wire';
import * as z from 'zod';
import { LOG_LEVELS } from './log-level.js';

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

const mapping = <T extends z.ZodRawShape>(shape: T, error = 'must be a mapping (key: value)') =>
  z.strictObject(shape, {
    // unknown keys are worded where they are found; returning undefined keeps zod's own issue for them
    error: (issue) => (issue.code === 'invalid_type' ? error : undefined),
  });

/** A mapping that may be left out, or left empty: `control:` with all its keys commented out. */
const section = <T extends z.ZodRawShape>(shape: T) =>
  z.preprocess((value) => (value === null ? {} : value), mapping(shape)).optional();

const PATH_LENGTH = 4096;

const MAC_PREFIX = /^[0-9a-f]{2}([:-][0-9a-f]{2}){0,5}$/i;
const VLAN_RANGE = /^(\d{1,4})(?:-(\d{1,4}))?$/;

const macPrefix = z
  .string({ error: 'must be text: the first bytes of a MAC, in quotes' })
  .regex(MAC_PREFIX, { error: "must be the first 1 to 6 bytes of a MAC, such as '52:54:00'" })
  .transform((prefix) => prefix.toLowerCase().replaceAll('-', ':'));

const vlanRange = z
  .union([z.number(), z.string()], { error: 'must be a VLAN or a range' })
  .transform((written, context): readonly [first: number, last: number] => {
    const [, first = '', last = first] = VLAN_RANGE.exec(String(written)) ?? [];
    if (first !== '' && VlanId.is(Number(first)) && VlanId.is(Number(last)) && +first <= +last) {
      return [Number(first), Number(last)];
    }
    context.addIssue('must be a VLAN from 1 to 4094, or a range such as 100-199');
    return z.NEVER;
  });

const listOf = <T extends z.ZodType>(entry: T, what: string) =>
  z
    .array(entry, { error: `must be a list of ${what}` })
    .max(1024, { error: 'must have at most 1024 entries' })
    .optional();

const stationList = section({
  macs: listOf(macPrefix, 'MAC prefixes'),
  vlans: listOf(vlanRange, 'VLANs or ranges'),
});

const guestRules = {
  allow: stationList,
  deny: stationList,
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

/** What holds for learning on this host; how long what was learned counts is a rule like the others. */
const learner = section({
  maxAge: wholeNumber(1, 86_400).optional(),
  capacity: wholeNumber(256, 65_536).optional(),
  inKernel: z.boolean({ error: 'must be true or false' }).optional(),
});

/** A plugin, by its name or path alone or with options, which its own schema checks when it is loaded. */
const pluginEntry = z.preprocess(
  (value) => (typeof value === 'string' ? { use: value } : value),
  mapping(
    { use: text(PATH_LENGTH), with: z.unknown().optional() },
    'must be an npm package or a path, or a mapping of `use` and `with`',
  ),
);

/** What herald.yaml may hold. Every key is optional; the README says what each means. */
export const heraldConfigSchema = mapping({
  host: text(128).optional(),
  plugins: z
    .array(pluginEntry, { error: 'must be a list of plugins' })
    .max(64, { error: 'must have at most 64 entries' })
    .optional(),
  monitors: section({
    qemu: section({
      sockets: listOf(text(PATH_LENGTH), 'sockets or globs'),
      enableMigrationEvents: z.boolean({ error: 'must be true or false' }).optional(),
    }),
  }),
  handoff: section({ directory: text(PATH_LENGTH).optional() }),
  reports: section({ directory: text(PATH_LENGTH).optional() }),
  learner,
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

/** One entry of `plugins`. */
export type PluginEntry = NonNullable<HeraldConfig['plugins']>[number];

/** The rules of herald.yaml that hold for every guest, or for one. */
export type GuestRules = z.infer<z.ZodObject<typeof guestRules, z.core.$strict>>;

/** MAC prefixes and VLAN ranges that are allowed, or denied. */
export type StationList = NonNullable<GuestRules['allow']>;
