import { MOST_STRING_BYTES } from '../xdr/most-string-bytes.js';
import type { XdrReader } from '../xdr/xdr-reader.js';

/** Longest text of an error that is kept, characters. libvirt's usual ones have less than 200. */
const MAX_MESSAGE = 1000;
const UUID_BYTES = 16;

/** What the daemon answers where a call failed. */
export interface RemoteError {
  /** `virErrorNumber`; see `LIBVIRT_CODES`. */
  readonly code: number;
  /** `virErrorDomain`: which part of libvirt says so. */
  readonly domain: number;
  readonly message: string | undefined;
}

/** Reads `virNetMessageError` (virnetprotocol.x) to its end; what is of no use to a person is left out. */
export const readRemoteError = (reader: XdrReader): RemoteError => {
  const text = (what: string): string | undefined =>
    reader.optional(what, () => reader.string(MOST_STRING_BYTES, what));
  const code = reader.int('error code');
  const domain = reader.int('error domain');
  const message = text('error message');
  reader.int('error level');
  reader.optional('domain of an error', () => {
    reader.string(MOST_STRING_BYTES, 'domain name of an error');
    reader.fixed(UUID_BYTES, 'domain UUID of an error');
    reader.int('domain id of an error');
  });
  for (const what of ['str1', 'str2', 'str3']) text(what);
  for (const what of ['int1', 'int2']) reader.int(what);
  reader.optional('network of an error', () => {
    reader.string(MOST_STRING_BYTES, 'network name of an error');
    reader.fixed(UUID_BYTES, 'network UUID of an error');
  });
  reader.end('error');
  return { code, domain, message: message?.slice(0, MAX_MESSAGE) };
};
