import { LinuxError } from './linux-error.js';

// Netlink's framing, see netlink(7): messages and attributes are each a length, a type and a payload, padded
// to four bytes. Everything is in the machine's byte order, which here is little-endian.

const MESSAGE_HEADER_BYTES = 16;
const ATTRIBUTE_HEADER_BYTES = 4;
const NLA_F_NESTED = 0x8000;
const NLA_TYPE_MASK = 0x3fff;

/** One netlink message as received. */
export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

const padded = (length: number): number => (length + 3) & ~3;

/** Bytes one after another, each part padded to four. */
const concatenate = (parts: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + padded(part.length), 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += padded(part.length);
  }
  return bytes;
};

/** An attribute with any payload. */
const attribute = (type: number, payload: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(ATTRIBUTE_HEADER_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, bytes.length, true);
  view.setUint16(2, type, true);
  bytes.set(payload, ATTRIBUTE_HEADER_BYTES);
  return bytes;
};

/** An attribute holding one byte. */
export const byteAttribute = (type: number, value: number): Uint8Array =>
  attribute(type, Uint8Array.of(value));

/** An attribute holding a 32-bit number. */
export const numberAttribute = (type: number, value: number): Uint8Array => {
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setUint32(0, value, true);
  return attribute(type, payload);
};

/** An attribute holding text, ended by a zero byte. */
export const textAttribute = (type: number, value: string): Uint8Array =>
  attribute(type, new TextEncoder().encode(`${value}\0`));

/** An attribute holding attributes, or a structure followed by attributes. */
export const nestedAttribute = (type: number, parts: readonly Uint8Array[]): Uint8Array =>
  attribute(type | NLA_F_NESTED, concatenate(parts));

/** A message: its header, and the parts of its payload (the family's structure, then attributes). */
export const encodeMessage = (
  header: { readonly type: number; readonly flags: number; readonly sequence: number },
  parts: readonly Uint8Array[],
): Uint8Array => {
  const payload = concatenate(parts);
  const bytes = new Uint8Array(MESSAGE_HEADER_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, header.type, true);
  view.setUint16(6, header.flags, true);
  view.setUint32(8, header.sequence, true);
  bytes.set(payload, MESSAGE_HEADER_BYTES);
  return bytes;
};

/** The messages of one datagram. Throws HERALD_NETLINK_MALFORMED where a length leaves the datagram. */
export const decodeMessages = (bytes: Uint8Array): NetlinkMessage[] => {
  const messages: NetlinkMessage[] = [];
  for (let rest = bytes; rest.length > 0; ) {
    const view = viewOf(rest, MESSAGE_HEADER_BYTES, 'message header');
    const length = view.getUint32(0, true);
    if (length < MESSAGE_HEADER_BYTES || length > rest.length)
      throw malformed('message', length, rest.length);
    messages.push({
      type: view.getUint16(4, true),
      flags: view.getUint16(6, true),
      sequence: view.getUint32(8, true),
      payload: rest.subarray(MESSAGE_HEADER_BYTES, length),
    });
    rest = rest.subarray(padded(length));
  }
  return messages;
};

const shortAt = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);

/** Attributes in their order, with their types. Throws HERALD_NETLINK_MALFORMED. */
export function* attributesOf(bytes: Uint8Array): Generator<readonly [type: number, payload: Uint8Array]> {
  // A host with hundreds of taps tells ten thousand of them at a time: no object is made for each but its payload.
  for (let at = 0; at < bytes.length; ) {
    const left = bytes.length - at;
    if (left < ATTRIBUTE_HEADER_BYTES) throw malformed('attribute header', ATTRIBUTE_HEADER_BYTES, left);
    const length = shortAt(bytes, at);
    if (length < ATTRIBUTE_HEADER_BYTES || length > left) throw malformed('attribute', length, left);
    yield [shortAt(bytes, at + 2) & NLA_TYPE_MASK, bytes.subarray(at + ATTRIBUTE_HEADER_BYTES, at + length)];
    at += padded(length);
  }
}

/** Attributes by type; of one that stands twice, the last. Throws HERALD_NETLINK_MALFORMED. */
export const decodeAttributes = (bytes: Uint8Array): ReadonlyMap<number, Uint8Array> =>
  new Map(attributesOf(bytes));

/** The attributes within an attribute; none where it is absent. Throws HERALD_NETLINK_MALFORMED. */
export const nestedIn = (
  attributes: ReadonlyMap<number, Uint8Array>,
  type: number,
): ReadonlyMap<number, Uint8Array> => decodeAttributes(attributes.get(type) ?? new Uint8Array());

/** A one-byte attribute; absent where missing. Throws HERALD_NETLINK_MALFORMED where too short. */
export const byteIn = (attributes: ReadonlyMap<number, Uint8Array>, type: number): number | undefined => {
  const payload = attributes.get(type);
  return payload && viewOf(payload, 1, `attribute ${type}`).getUint8(0);
};

/** A 16-bit attribute; absent where missing. Throws HERALD_NETLINK_MALFORMED where too short. */
export const shortIn = (attributes: ReadonlyMap<number, Uint8Array>, type: number): number | undefined => {
  const payload = attributes.get(type);
  return payload && viewOf(payload, 2, `attribute ${type}`).getUint16(0, true);
};

/** A 32-bit attribute; absent where missing. Throws HERALD_NETLINK_MALFORMED where too short. */
export const numberIn = (attributes: ReadonlyMap<number, Uint8Array>, type: number): number | undefined => {
  const payload = attributes.get(type);
  return payload && viewOf(payload, 4, `attribute ${type}`).getUint32(0, true);
};

/** A text attribute up to its first zero byte; absent where missing. */
export const textIn = (attributes: ReadonlyMap<number, Uint8Array>, type: number): string | undefined => {
  const payload = attributes.get(type);
  if (!payload) return undefined;
  const end = payload.indexOf(0);
  return new TextDecoder().decode(end < 0 ? payload : payload.subarray(0, end));
};

/** A view of bytes that hold at least `need`. Throws HERALD_NETLINK_MALFORMED. */
export const viewOf = (bytes: Uint8Array, need: number, what: string): DataView => {
  if (bytes.length < need) throw malformed(what, need, bytes.length);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
};

const malformed = (what: string, need: number, have: number): LinuxError =>
  new LinuxError('HERALD_NETLINK_MALFORMED', `netlink ${what} of ${need} bytes where ${have} are left`, {
    details: { what, need, have },
  });
