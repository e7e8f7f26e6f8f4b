// Read RFC 1071 before editing.
import { readUint16 } from './byte-order.js';
import { DecodeError, type WireFormat } from './decode-error.js';
import { etherTypeText } from './ethernet.js';

/**
 * The Internet checksum of `bytes` from `start` to before `end`, an odd last byte being padded with zero: the
 * ones' complement of the ones' complement sum (RFC 1071), 0 to 0xffff. Taken over a message with its checksum
 * in place it is 0. `pseudoHeader` is what {@link sumOfWords} made of parts that are not sent.
 */
export function internetChecksum(bytes: Uint8Array, start: number, end: number, pseudoHeader = 0): number {
  let sum = pseudoHeader + sumOfWords(bytes, start, end);
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return 0xffff - sum;
}

/** The plain sum of the big-endian 16-bit words: for 64 KiB less than 2^31, so nothing is lost before folding. */
export function sumOfWords(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0;
  for (let at = start; at + 1 < end; at += 2) sum += readUint16(bytes, at);
  if ((end - start) % 2 === 1) sum += (bytes[end - 1] ?? 0) << 8;
  return sum;
}

/**
 * The DecodeError of a checksum `field` at `at` that does not fit the bytes from `start` to before `end`, which
 * hold it; undefined where it fits. `pseudoHeader` as in {@link internetChecksum}.
 */
export function wrongChecksum(
  format: WireFormat,
  field: string,
  bytes: Uint8Array,
  start: number,
  end: number,
  at: number,
  pseudoHeader = 0,
): DecodeError | undefined {
  if (internetChecksum(bytes, start, end, pseudoHeader) === 0) return undefined;
  const have = readUint16(bytes, at);
  const need = internetChecksum(bytes, start, end, pseudoHeader + 0xffff - have);
  return DecodeError.invalid(format, field, at, etherTypeText(need), etherTypeText(have));
}
