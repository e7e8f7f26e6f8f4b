import { IpAddress, MacAddress, VlanId } from '@nic-herald/wire';
import * as z from 'zod';
import { stationOf } from '../announce/station.js';
import { parseGuestKey } from '../guest/guest-identity.js';
import { HeraldError } from '../herald-error.js';
import { boundedArray } from '../nic/bounded-array.js';
import { isNestedDeeperThan } from './nesting.js';
import { OWNERSHIP_REASONS } from './seen-elsewhere.js';
import { MAX_SNAPSHOT_MOVES, SNAPSHOT_FORMAT, type Snapshot } from './snapshot.js';

/** Most NICs of a guest in a snapshot. */
export const MAX_SNAPSHOT_NICS = 64;
/** Most learned stations of a NIC in a snapshot. */
export const MAX_SNAPSHOT_STATIONS = 8192;
/** Most IP addresses of a learned station in a snapshot. */
export const MAX_SNAPSHOT_ADDRESSES = 64;
/** Most addresses that a learned station asked for, in a snapshot. */
export const MAX_SNAPSHOT_ASKED = 8;
/** Longest place in `SeenElsewhere`, in characters. */
export const MAX_PLACE = 128;
/** How deep a snapshot may be nested, the state of a model included. */
export const MAX_SNAPSHOT_DEPTH = 64;
/** Longest host name, in characters. */
export const MAX_HOST_NAME = 128;

/** The last time that JavaScript's Date knows, ms since 1970 UTC. */
const MAX_TIME = 8.64e15;

const hostName = z.string().min(1).max(MAX_HOST_NAME);
const macAddress = z.string().transform((text, context) => {
  const mac = MacAddress.parse(text);
  if (mac !== undefined && MacAddress.isStationAddress(mac)) return mac;
  context.addIssue(`not a unicast MAC address: ${text.slice(0, 40)}`);
  return z.NEVER;
});
const vlanId = z.number().transform((value, context) => {
  const vlan = VlanId.parse(value);
  if (vlan !== undefined) return vlan;
  context.addIssue(`not a VLAN from 1 to 4094: ${value}`);
  return z.NEVER;
});
const guestKey = z.string().transform((text, context) => {
  const key = parseGuestKey(text);
  if (key !== undefined) return key;
  context.addIssue(`not a guest key: ${text.slice(0, 60)}`);
  return z.NEVER;
});

const ipAddress = z
  .string()
  .max(45)
  .transform((text, context) => {
    const address = IpAddress.parse(text);
    if (address !== undefined && IpAddress.isHostAddress(address)) return address;
    context.addIssue(`not an IP address of a host: ${text}`);
    return z.NEVER;
  });

const learnedAddress = z
  .object({
    address: ipAddress,
    proof: z.enum(['asserted', 'answered']),
    ageMs: z.number().min(0),
    router: z.boolean().optional(),
  })
  .transform(({ router, ...rest }) => ({ ...rest, ...(router === undefined ? {} : { router }) }));

const askedAddress = z.object({ address: ipAddress, ageMs: z.number().min(0) });

const learnedStation = z
  .object({
    station: z.object({ mac: macAddress, vlan: vlanId.optional() }),
    ageMs: z.number().min(0),
    vlanUnknown: z.literal(true).optional(),
    addresses: boundedArray(learnedAddress, MAX_SNAPSHOT_ADDRESSES).optional(),
    asked: boundedArray(askedAddress, MAX_SNAPSHOT_ASKED).optional(),
  })
  .transform(({ station, ageMs, vlanUnknown, addresses, asked }) => ({
    station: stationOf(station.mac, station.vlan),
    ageMs,
    ...(vlanUnknown === undefined ? {} : { vlanUnknown }),
    ...(addresses === undefined ? {} : { addresses }),
    ...(asked === undefined ? {} : { asked }),
  }));

const seenElsewhere = z
  .object({
    mac: macAddress,
    vlan: vlanId.optional(),
    vlanUnknown: z.literal(true).optional(),
    address: ipAddress.optional(),
    reason: z.enum(OWNERSHIP_REASONS),
    where: z.string().min(1).max(MAX_PLACE),
    ageMs: z.number().min(0),
  })
  .transform(({ vlan, vlanUnknown, address, ...rest }) => ({
    ...rest,
    ...(vlan === undefined ? {} : { vlan }),
    ...(vlanUnknown === undefined ? {} : { vlanUnknown }),
    ...(address === undefined ? {} : { address }),
  }));

const nicSnapshot = z
  .object({
    id: z.string().min(1).max(256),
    primaryMac: macAddress,
    model: z.string().min(1).max(128),
    state: z.unknown().optional(),
    learned: boundedArray(learnedStation, MAX_SNAPSHOT_STATIONS),
    foreign: boundedArray(macAddress, MAX_SNAPSHOT_STATIONS).optional(),
    elsewhere: boundedArray(seenElsewhere, MAX_SNAPSHOT_STATIONS).optional(),
  })
  .transform(({ state, foreign, elsewhere, ...rest }) => ({
    ...rest,
    ...(state === undefined ? {} : { state }),
    ...(foreign === undefined ? {} : { foreign }),
    ...(elsewhere === undefined ? {} : { elsewhere }),
  }));

const incarnation = z.object({
  bootId: z.string().min(1).max(64),
  pid: z.int().min(1),
  startTicks: z.int().min(0),
});

const snapshot = z
  .object({
    format: z.literal(SNAPSHOT_FORMAT),
    guest: guestKey,
    host: hostName,
    epoch: z.int().min(0),
    nics: boundedArray(nicSnapshot, MAX_SNAPSHOT_NICS),
    writtenAt: z.number().min(0).max(MAX_TIME).optional(),
    writer: z.object({ agent: z.string().min(1).max(64) }).optional(),
    process: incarnation.optional(),
    origin: z.enum(['boot', 'incoming']).optional(),
    residence: z.enum(['arrived', 'resident', 'leaving']).optional(),
    moves: boundedArray(z.int().min(0).max(MAX_TIME), MAX_SNAPSHOT_MOVES).optional(),
  })
  .transform(({ writtenAt, writer, process, origin, residence, moves, ...rest }) => ({
    ...rest,
    ...(writtenAt === undefined ? {} : { writtenAt }),
    ...(writer === undefined ? {} : { writer }),
    ...(process === undefined ? {} : { process }),
    ...(origin === undefined ? {} : { origin }),
    ...(residence === undefined ? {} : { residence }),
    ...(moves === undefined ? {} : { moves }),
  }));

const MAX_ISSUES = 3;

/** What was checked in this process, by this copy of core. */
const checked = new WeakSet<Snapshot>();

/** Whether a value is what `parseSnapshot` returned, so that it need not be checked once more. */
export const isParsedSnapshot = (value: unknown): value is Snapshot =>
  typeof value === 'object' && value !== null && checked.has(value as Snapshot);

/**
 * Checks what claims to be a snapshot: untrusted, whoever stored it. Returns it with unknown members left
 * out, or an error that says what is wrong: HERALD_SNAPSHOT_NEWER for a format of a later version,
 * HERALD_SNAPSHOT_INVALID for anything else. Bound the size before parsing JSON.
 */
export const parseSnapshot = (input: unknown): Snapshot | HeraldError => {
  const format: unknown =
    typeof input === 'object' && input !== null && 'format' in input ? input.format : undefined;
  if (typeof format === 'number' && format > SNAPSHOT_FORMAT) {
    return new HeraldError(
      'HERALD_SNAPSHOT_NEWER',
      `the snapshot has format ${format}, this version reads up to ${SNAPSHOT_FORMAT}: upgrade this host's nic-herald`,
      { details: { format, supported: SNAPSHOT_FORMAT } },
    );
  }
  if (isNestedDeeperThan(MAX_SNAPSHOT_DEPTH, input)) {
    return new HeraldError(
      'HERALD_SNAPSHOT_INVALID',
      `not a snapshot: it is nested more than ${MAX_SNAPSHOT_DEPTH} deep`,
      { details: { maxDepth: MAX_SNAPSHOT_DEPTH } },
    );
  }
  const parsed = snapshot.safeParse(input);
  if (parsed.success) {
    checked.add(parsed.data);
    return parsed.data;
  }
  const issues = parsed.error.issues
    .slice(0, MAX_ISSUES)
    .map((issue) => `${issue.path.join('.') || 'snapshot'}: ${issue.message}`);
  return new HeraldError('HERALD_SNAPSHOT_INVALID', `not a snapshot: ${issues.join('; ')}`);
};
