import { type CardRecording, type DeviceRegion, HeraldError, isNestedDeeperThan } from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import type { FakeDeviceOptions } from './fake-device.js';

/** What a recording gives a fake device. */
export type RecordedCardOptions = FakeDeviceOptions & Pick<CardRecording['card'], 'memory' | 'regions'>;

const MAX_TEXT = 1024;
const MAX_REGIONS = 64;
const MAX_WORDS = 131_072;
const MAX_DEPTH = 128;

/**
 * Reads a recording that `nic-herald record` wrote and others may have edited. Throws HERALD_RECORDING_INVALID, which
 * names the member, what is expected and what is there.
 */
export const parseCardRecording = (given: unknown): RecordedCardOptions => {
  if (typeof given === 'string') throw invalid('it', 'what JSON.parse makes of the file', 'its text');
  if (isNestedDeeperThan(MAX_DEPTH, given)) throw invalid('it', `nested at most ${MAX_DEPTH} deep`, 'more');
  const { format, card: inner } = objectAt('it', given);
  if (format !== 1) throw invalid('`format`', '1, as this version writes it', format);
  const card = objectAt('`card`', inner);
  const surplus = Object.keys(card).find((name) => !MEMBERS.has(name));
  if (surplus !== undefined) throw invalid('`card`', `no members but ${[...MEMBERS].join(', ')}`, surplus);
  const hypervisor = objectAt('`card.hypervisor`', card['hypervisor']);
  return {
    type: textAt('`card.type`', card['type']),
    id: textAt('`card.id`', card['id']),
    primaryMac: macAt('`card.primaryMac`', card['primaryMac']),
    hypervisor: {
      name: textAt('`card.hypervisor.name`', hypervisor['name']),
      version: textAt('`card.hypervisor.version`', hypervisor['version']),
    },
    regions: regionsAt('`card.regions`', card['regions']),
    memory: memoryAt('`card.memory`', card['memory']),
    ...(card['receiveFilter'] === undefined ? {} : { receiveFilter: structuredClone(card['receiveFilter']) }),
    ...(card['properties'] === undefined
      ? {}
      : { properties: structuredClone(objectAt('`card.properties`', card['properties'])) }),
  };
};

const MEMBERS: ReadonlySet<string> = new Set([
  'type',
  'id',
  'primaryMac',
  'hypervisor',
  'regions',
  'memory',
  'receiveFilter',
  'properties',
] satisfies readonly (keyof CardRecording['card'])[]);

const objectAt = (where: string, value: unknown): Readonly<Record<string, unknown>> => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw invalid(where, 'an object', value);
};

const textAt = (where: string, value: unknown): string => {
  if (typeof value === 'string' && value.length > 0 && value.length <= MAX_TEXT) return value;
  throw invalid(where, `a text of 1 to ${MAX_TEXT} characters`, value);
};

const macAt = (where: string, value: unknown): string => {
  const mac = typeof value === 'string' ? MacAddress.parse(value) : undefined;
  if (mac !== undefined) return mac;
  throw invalid(where, 'a MAC address such as 52:54:00:00:00:01', value);
};

const regionsAt = (where: string, value: unknown): readonly DeviceRegion[] => {
  if (!Array.isArray(value) || value.length > MAX_REGIONS) {
    throw invalid(where, `a list of at most ${MAX_REGIONS} regions`, value);
  }
  return value.map((each: unknown, index): DeviceRegion => {
    const { bar, kind, size, address } = objectAt(`${where}[${index}]`, each);
    if (!isWhole(bar)) throw invalid(`${where}[${index}].bar`, 'a whole number', bar);
    if (kind !== 'memory' && kind !== 'io')
      throw invalid(`${where}[${index}].kind`, "'memory' or 'io'", kind);
    if (!isWhole(size)) throw invalid(`${where}[${index}].size`, 'a number of bytes', size);
    if (address === undefined) return { bar, kind, size };
    if (isWhole(address)) return { bar, kind, size, address };
    throw invalid(`${where}[${index}].address`, 'an address, or absent', address);
  });
};

const memoryAt = (where: string, value: unknown): Readonly<Record<number, number>> => {
  const entries = Object.entries(objectAt(where, value));
  if (entries.length > MAX_WORDS) throw invalid(where, `at most ${MAX_WORDS} words`, entries.length);
  for (const [address, word] of entries) {
    const isAddress = /^(?:0|[1-9]\d{0,15})$/.test(address) && isWhole(Number(address));
    if (!isAddress || Number(address) % 4 !== 0) {
      throw invalid(where, 'addresses in decimal that are multiples of 4', address);
    }
    if (!isWhole(word) || word > 0xffff_ffff) {
      throw invalid(`${where}.${address}`, 'a word from 0 to 4294967295', word);
    }
  }
  return Object.fromEntries(entries) as Readonly<Record<number, number>>;
};

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const invalid = (where: string, expected: string, got: unknown): HeraldError => {
  const found = (JSON.stringify(got) as string | undefined) ?? typeof got;
  return new HeraldError(
    'HERALD_RECORDING_INVALID',
    `this is no recording of a card: ${where} is expected to be ${expected}, got ${found.slice(0, 80)}. ` +
      "Take a file that 'nic-herald record' wrote, as it is",
  );
};
