import { MAX_GUEST_NAME } from '@nic-herald/core/internal';
import * as z from 'zod';
import { guestAnnounce, hostAnnounce } from './announce-config.js';
import {
  byteSize,
  duration,
  listOf,
  mapping,
  oneOf,
  PATH_LENGTH,
  section,
  text,
  wholeNumber,
  yesOrNo,
} from './config-field.js';
import { LOG_LEVELS } from './log-level.js';
import { stationList } from './station-list.js';

const guestRules = {
  mode: oneOf(['announce', 'observe']).optional(),
  allow: stationList,
  deny: stationList,
  allowNlb: yesOrNo.optional(),
  announce: guestAnnounce,
  pairing: section({ limit: wholeNumber(0, 65_536).optional() }),
  maxStations: wholeNumber(1, 65_536).optional(),
  maxAddresses: wholeNumber(0, 64).optional(),
  trust: oneOf(['primary', 'filter', 'learned']).optional(),
};

/** The keys of the rules, which a guest may have for itself. */
export const RULE_KEYS: readonly string[] = Object.keys(guestRules);

/** What holds for learning on this host; how long what was learned counts is a rule like the others. */
const learner = section({
  maxAge: wholeNumber(1, 86_400).optional(),
  capacity: wholeNumber(256, 65_536).optional(),
  inKernel: yesOrNo.optional(),
});

/**
 * A plugin, by its name or path alone or with options, which its own schema checks when it is loaded. One that comes
 * with nic-herald is configured so, or left out.
 */
const pluginEntry = z.preprocess(
  (value) => (typeof value === 'string' ? { use: value } : value),
  mapping(
    { use: text(PATH_LENGTH), with: z.unknown().optional(), enabled: yesOrNo.optional() },
    'must be an npm package or a path, or a mapping of `use`, `with` and `enabled`',
  ),
);

/** What herald.yaml may hold. Every key is optional; the README says what each means. */
export const heraldConfigSchema = mapping({
  host: text(128).optional(),
  plugins: listOf(pluginEntry, 'plugins', 64),
  monitors: section({
    qemu: section({
      sockets: listOf(text(PATH_LENGTH), 'sockets or globs'),
      enableMigrationEvents: yesOrNo.optional(),
    }),
    libvirt: section({ socket: text(PATH_LENGTH).optional(), readOnly: yesOrNo.optional() }),
  }),
  handoff: section({
    directory: text(PATH_LENGTH).optional(),
    requireMount: yesOrNo.optional(),
    libvirt: section({}),
    nats: section({
      // what these may be, the plugin says
      servers: z
        .union([z.string(), z.array(z.string())], { error: 'must be a list of addresses' })
        .optional(),
      bucket: z.string({ error: 'must be the name of a bucket' }).optional(),
      nkey: text(PATH_LENGTH).optional(),
      credentials: text(PATH_LENGTH).optional(),
      tls: section({
        ca: text(PATH_LENGTH).optional(),
        cert: text(PATH_LENGTH).optional(),
        key: text(PATH_LENGTH).optional(),
      }),
      create: yesOrNo.optional(),
      replicas: z.number({ error: 'must be a number of servers' }).optional(),
    }),
  }),
  reports: section({
    directory: text(PATH_LENGTH).optional(),
    keep: section({
      age: duration('1h', '3650d').optional(),
      size: byteSize('16MiB', '1TiB').optional(),
    }),
  }),
  learner,
  ...guestRules,
  announce: hostAnnounce,
  guests: z
    .record(z.string(), mapping(guestRules), {
      error: 'must be a mapping from guest names or UUIDs to rules',
    })
    .superRefine((guests, context) => {
      for (const name of Object.keys(guests)) {
        if (name.length > 0 && name.length <= MAX_GUEST_NAME) continue;
        const message = `a guest's name has 1 to ${MAX_GUEST_NAME} characters, this one has ${name.length}`;
        context.addIssue({ code: 'custom', path: [name], message });
      }
    })
    .optional(),
  // how long, the plugin says
  proof: section({ window: z.number({ error: 'must be a number of seconds' }).optional() }),
  control: section({ socket: text(PATH_LENGTH).optional() }),
  metrics: section({
    // what these may be, the plugin says
    listen: z.union([z.string(), z.number()], { error: 'must be an address and a port' }).optional(),
    socket: text(PATH_LENGTH).optional(),
    mode: z.union([z.string(), z.number()], { error: 'must be three octal digits in quotes' }).optional(),
  }),
  log: section({ level: oneOf(LOG_LEVELS).optional() }),
});

/** A checked herald.yaml; paths stand as written. */
export type HeraldConfig = z.infer<typeof heraldConfigSchema>;

/** The rules of herald.yaml that hold for every guest, or for one. */
export type GuestRules = Omit<z.infer<z.ZodObject<typeof guestRules, z.core.$strict>>, 'announce'> &
  Pick<HeraldConfig, 'announce'>;
