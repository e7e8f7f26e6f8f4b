import { createHash } from 'node:crypto';
import type { GuestKey, HandoffNote } from '@nic-herald/core';

const ENTRY = /^([A-Za-z0-9_%~-]{1,120})@([A-Za-z0-9_%~-]{1,120})\.json$/;
const NOTE = /^[A-Za-z0-9_%~-]{1,120}@[0-9a-f]{32}\.(\d{1,16})\.note$/;
const TEMPORARY = /^\.([A-Za-z0-9_%~-]{1,120})\.([a-z0-9-]{1,60})\.\d{1,16}\.tmp$/;
const PROBE = /^\.clock\.([a-z0-9-]{1,60})\.\d{1,16}\.probe$/;
const LONGEST_PLAIN = 100;
const KEPT_OF_LONG = 60;
const PLAIN_BYTE = /[A-Za-z0-9_-]/;

/** The file of one host's entry for a guest. At most 207 ASCII characters; no path can be made with it. */
export const entryName = (guest: GuestKey, host: string): string => `${part(guest)}${hostSuffix(host)}`;

/** What the names of all files of a guest start with. */
export const guestPrefix = (guest: GuestKey): string => `${part(guest)}@`;

/** What the names of all entries of a host end with. */
export const hostSuffix = (host: string): string => `@${part(host)}.json`;

/** The file of one note of a guest. Versions that know of no notes take it for nothing of theirs. */
export const noteName = (guest: GuestKey, { host, kind, writtenAt }: Omit<HandoffNote, 'body'>): string => {
  const id = createHash('sha256')
    .update(JSON.stringify([host, kind, writtenAt]))
    .digest('hex')
    .slice(0, 32);
  return `${guestPrefix(guest)}${id}.${Math.floor(writtenAt)}.note`;
};

/** When a note was written by its name, in whole ms; absent for the name of anything else. */
export const noteTimeOf = (name: string): number | undefined => {
  const time = NOTE.exec(name)?.[1];
  return time === undefined ? undefined : Number(time);
};

/** Whether a name in the directory is that of an entry. */
export const isEntryName = (name: string): boolean => ENTRY.test(name);

/** The host in the name of an entry, for people: a long one stands shortened. */
export const hostOfEntry = (name: string): string => {
  const host = ENTRY.exec(name)?.[2] ?? name;
  const [kept = host] = host.split('~');
  try {
    return decodeURIComponent(kept);
  } catch {
    return host; // cut within a character, or not written by us
  }
};

/** The file that one writer, named so that no other has the same name, is still writing. */
export const temporaryName = (host: string, writer: string, count: number): string =>
  `.${part(host)}.${writer}.${count}.tmp`;

/** The file by which one writer sees what time the storage has. It belongs to no host. */
export const probeName = (writer: string, count: number): string => `.clock.${writer}.${count}.probe`;

/** Whether a name is that of a file which another writer left behind: one of this host, or a probe of any. */
export const isLeftover = (name: string, host: string, writer: string): boolean => {
  const probe = PROBE.exec(name);
  if (probe !== null) return probe[1] !== writer;
  const match = TEMPORARY.exec(name);
  return match !== null && match[1] === part(host) && match[2] !== writer;
};

/**
 * Any text as part of a file name: bytes other than letters, digits, `_` and `-` become `%XX`; what is too
 * long for a file system (255 bytes) or is no valid Unicode is cut short and told apart by its hash.
 */
const part = (text: string): string => {
  const bytes = new TextEncoder().encode(text);
  let encoded = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    encoded += PLAIN_BYTE.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  if (encoded !== '' && encoded.length <= LONGEST_PLAIN && new TextDecoder().decode(bytes) === text)
    return encoded;
  const hash = createHash('sha256').update(text, 'utf16le').digest('hex').slice(0, 32);
  return `${encoded.slice(0, KEPT_OF_LONG)}~${hash}`;
};
