import { createHash } from 'node:crypto';
import type { GuestKey, HandoffNote } from '@nic-herald/core';

/** The part of a guest with a longer one is cut, and ends in a hash. */
const LONGEST_GUEST = 200;
const KEPT_OF_LONG = 100;

/** What a key of the bucket is about. */
export interface KeyPlace {
  /** Name of the host that writes it. */
  readonly host: string;
  readonly kind: 'entry' | 'note';
  /** `guestPart` of the guest. */
  readonly guest: string;
}

/**
 * A host's name as the first part of its keys, and what its credentials are for: `$KV.<bucket>.<part>.>`. Letters, digits,
 * `_` and `-` stand as they are; of all else `=2E` is a character below 256, `==20AC` another unit of UTF-16.
 */
export const hostPart = (host: string): string => part(host);

/** A guest as a part of keys. */
export const guestPart = (guest: GuestKey): string => {
  const whole = part(guest);
  if (whole.length <= LONGEST_GUEST) return whole;
  const hash = createHash('sha256').update(guest, 'utf16le').digest('hex').slice(0, 32);
  return `${whole.slice(0, KEPT_OF_LONG)}/${hash}`;
};

/** The key of a host's entry for a guest. */
export const entryKey = (guest: GuestKey, host: string): string =>
  `${hostPart(host)}.entry.${guestPart(guest)}`;

/** Which keys are entries of a guest, for a filter. */
export const entriesFilter = (guest: GuestKey): string => `*.entry.${guestPart(guest)}`;

/** The key of a note. */
export const noteKey = (guest: GuestKey, { host, kind, writtenAt }: Omit<HandoffNote, 'body'>): string =>
  `${hostPart(host)}.note.${guestPart(guest)}.${kind}.${part(String(writtenAt))}`;

/** The key by which a host sees that its watch still hears. */
export const aliveKey = (host: string): string => `${hostPart(host)}.alive`;

/** What a key is about; `undefined` for one that is no entry and no note. */
export const placeOf = (key: string): KeyPlace | undefined => {
  const [first = '', kind, guest, ...rest] = key.split('.');
  const host = wholeText(first);
  if (host === undefined || guest === undefined || guest === '') return undefined;
  if (kind === 'entry' && rest.length === 0) return { host, kind, guest };
  return kind === 'note' && rest.length === 2 ? { host, kind, guest } : undefined;
};

const part = (text: string): string =>
  text.replace(/[^A-Za-z0-9_-]/g, (unit) => {
    const code = unit.charCodeAt(0).toString(16).toUpperCase();
    return code.length <= 2 ? `=${code.padStart(2, '0')}` : `==${code.padStart(4, '0')}`;
  });

/** The text of a part; `undefined` where it is none that `part` makes. */
const wholeText = (written: string): string | undefined => {
  const text = written.replace(/==([0-9A-F]{4})|=([0-9A-F]{2})/g, (_, long?: string, short?: string) =>
    String.fromCharCode(Number.parseInt(long ?? short ?? '', 16)),
  );
  return text !== '' && part(text) === written ? text : undefined;
};
