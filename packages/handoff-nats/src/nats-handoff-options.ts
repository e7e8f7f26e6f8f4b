import {
  LEAST_ENTRY_BYTES,
  leftOutOption,
  type OptionsSchema,
  optionsSchema,
  textOption,
  wholeNumberOption,
  yesOrNoOption,
} from '@nic-herald/core';

/** Where the bucket is, and with what this host may use it. Secrets are in files. */
export interface NatsHandoffOptions {
  /** Addresses of servers, 1 to 16: `nats://10.0.0.1:4222`, or `tls://` where no connection may go without. */
  readonly servers: readonly string[];
  /** The bucket, 1 to 64 of A-Z, a-z, 0-9, `_` and `-`. @default nic-herald */
  readonly bucket?: string;
  /** File with the seed of this host's nkey. */
  readonly nkey?: string | undefined;
  /** File with this host's JWT and seed, as `nsc` makes it, in place of `nkey`. */
  readonly credentials?: string | undefined;
  /** File with the certificates that servers are judged by. @default the system's */
  readonly ca?: string | undefined;
  /** File with this host's certificate, where servers ask for one. */
  readonly cert?: string | undefined;
  /** File with the key of `cert`. */
  readonly key?: string | undefined;
  /** Makes the bucket where it is missing. @default false */
  readonly create?: boolean;
  /** On how many servers a bucket that is made lies, 1 to 5. @default 1 */
  readonly replicas?: number;
  /** Largest entry that is written or read, bytes, 4096 to 8 388 608. @default 262 144 */
  readonly maxEntryBytes?: number;
  /** Most keys of the bucket that are kept in the copy, 1 to 1 000 000. @default 20 000 */
  readonly maxEntries?: number;
}

/** The options, with their defaults filled in. */
export interface NatsHandoffSettings extends Required<NatsHandoffOptions> {}

const file = leftOutOption(textOption({ what: 'the path of a file', most: 4096 }));

/** Most servers that are named. */
const MOST_SERVERS = 16;

const address = textOption({
  what: 'an address such as nats://10.0.0.1:4222 or tls://nats.example.net:4222',
  most: 256,
  pattern: /^((nats|tls):\/\/)?[A-Za-z0-9._[\]:-]+$/,
});

const plain = optionsSchema<NatsHandoffSettings>({
  servers: {
    allowed: `a list of 1 to ${MOST_SERVERS}, each ${address.allowed}`,
    accepts: (value): value is readonly string[] =>
      Array.isArray(value) &&
      value.length >= 1 &&
      value.length <= MOST_SERVERS &&
      value.every((each) => address.accepts(each)),
  },
  bucket: textOption({
    what: 'the name of a bucket, of A-Z, a-z, 0-9, _ and -,',
    most: 64,
    pattern: /^[A-Za-z0-9_-]+$/,
    usual: 'nic-herald',
  }),
  nkey: file,
  credentials: file,
  ca: file,
  cert: file,
  key: file,
  create: yesOrNoOption(false),
  replicas: wholeNumberOption({ least: 1, most: 5, usual: 1 }),
  maxEntryBytes: wholeNumberOption({ least: LEAST_ENTRY_BYTES, most: 8 * 1024 * 1024, usual: 256 * 1024 }),
  maxEntries: wholeNumberOption({ least: 1, most: 1_000_000, usual: 20_000 }),
});

/**
 * Checks the options, and fills in their defaults. One server may stand without a list. What might be a password in an
 * address is not repeated.
 */
export const natsHandoffOptions: OptionsSchema<NatsHandoffSettings> = {
  '~standard': {
    version: 1,
    vendor: 'nic-herald',
    validate: (given) => plain['~standard'].validate(asList(given)),
  },
};

const asList = (given: unknown): unknown => {
  if (typeof given !== 'object' || given === null || !('servers' in given)) return given;
  const servers: unknown = typeof given.servers === 'string' ? [given.servers] : given.servers;
  if (!Array.isArray(servers)) return given;
  return { ...given, servers: servers.map(withoutUser) };
};

const withoutUser = (server: unknown): unknown =>
  typeof server === 'string' && server.includes('@')
    ? 'an address with a user, which belongs in a file'
    : server;
