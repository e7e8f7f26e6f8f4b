// Read RFC 3376 section 4.2 and RFC 3810 section 5.2 before editing: the two reports differ in address size alone.
import { readUint16, writeUint16 } from './byte-order.js';
import { type DecodeError, isDecodeError } from './decode-error.js';

/** What reading and writing group records takes to know of IPv4 or IPv6 addresses: their companion object. */
export interface GroupAddress<T> {
  readonly length: number;
  fromBytes(bytes: Uint8Array, offset: number): T | DecodeError;
  write(ip: T, out: Uint8Array, offset: number): number;
  isMulticast(ip: T): boolean;
}

// offset  0      2          4          6                   8
// message | type | checksum | reserved | number of records | records
const NUMBER_OF_RECORDS = 6;
const RECORDS = 8;

// offset  0      1                   2                   4
// record  | type | auxiliary words | number of sources | group | sources | auxiliary data
const AUXILIARY_WORDS = 1;
const NUMBER_OF_SOURCES = 2;
const GROUP = 4;

const MODE_IS_INCLUDE = 1;
const MODE_IS_EXCLUDE = 2;
const CHANGE_TO_INCLUDE = 3;
const CHANGE_TO_EXCLUDE = 4;
const ALLOW_NEW_SOURCES = 5;

/** Bytes of a report of `groups` groups, each from any source. */
export function groupReportLength<T>(kind: GroupAddress<T>, groups: number): number {
  return RECORDS + groups * (GROUP + kind.length);
}

/** A report that a host is in these groups, from any source; its checksum is left zero. */
export function groupReport<T>(kind: GroupAddress<T>, type: number, groups: readonly T[]): Uint8Array {
  const message = new Uint8Array(groupReportLength(kind, groups.length));
  message[0] = type;
  writeUint16(groups.length, message, NUMBER_OF_RECORDS);
  let at = RECORDS;
  for (const group of groups) {
    message[at] = MODE_IS_EXCLUDE; // excluding no source
    at += GROUP + kind.write(group, message, at + GROUP);
  }
  return message;
}

/**
 * The groups of which a report says that the host is in them or joins them, without repetition, `limit` at
 * most; `undefined` where the records do not fit the message. Each record takes its eight bytes at least, so
 * the walk ends with the message whatever number it claims.
 */
export function groupsOfReport<T>(
  kind: GroupAddress<T>,
  message: Uint8Array,
  limit: number,
): T[] | undefined {
  const groups = new Set<T>();
  let at = RECORDS;
  for (let left = readUint16(message, NUMBER_OF_RECORDS); left > 0; left -= 1) {
    const group = kind.fromBytes(message, at + GROUP);
    if (isDecodeError(group)) return undefined;
    const sources = readUint16(message, at + NUMBER_OF_SOURCES);
    if (groups.size < limit && kind.isMulticast(group) && isMember(message[at], sources)) groups.add(group);
    at += GROUP + kind.length * (1 + sources) + 4 * (message[at + AUXILIARY_WORDS] ?? 0);
    if (at > message.length) return undefined;
  }
  return [...groups];
}

/** Including no source is leaving (RFC 3376 section 4.2.12); blocking sources says nothing of the rest. */
function isMember(recordType: number | undefined, sources: number): boolean {
  if (recordType === MODE_IS_EXCLUDE || recordType === CHANGE_TO_EXCLUDE) return true;
  const including = [MODE_IS_INCLUDE, CHANGE_TO_INCLUDE, ALLOW_NEW_SOURCES] as (number | undefined)[];
  return sources > 0 && including.includes(recordType);
}
