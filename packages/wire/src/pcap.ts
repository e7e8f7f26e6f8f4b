// Read the pcap capture file format, draft-ietf-opsawg-pcap, before editing.
import { DecodeError, isDecodeError } from './decode-error.js';
import { requireRoom } from './encode-error.js';

/** The unit that a capture's timestamps are stored in. */
export type PcapPrecision = 'microsecond' | 'nanosecond';

/** What a capture file says of itself. */
export interface PcapHeader {
  readonly precision: PcapPrecision;
  /** Longest record that the capturer kept, in bytes; 0 = it did not say. */
  readonly snapLength: number;
  /** What the frames begin with (tcpdump.org/linktypes): {@link LINKTYPE_ETHERNET}. 0 to 65535. */
  readonly linkType: number;
}

/** One captured frame. */
export interface PcapRecord {
  /** Nanoseconds since 1970, 0 to 2^32 s; rounded down to whole microseconds in a microsecond file. */
  readonly timestampNs: bigint;
  /** The frame as captured, VLAN tags included, FCS not. Decoding yields a view into the file's bytes. */
  readonly frame: Uint8Array;
  /** The frame's length on the network, where capturing cut it short; absent = the frame is whole. */
  readonly originalLength?: number | undefined;
}

/** A whole capture. */
export interface PcapFile extends PcapHeader {
  readonly records: readonly PcapRecord[];
}

/** Frames begin with an Ethernet header. */
export const LINKTYPE_ETHERNET = 1;

/** Longest frame that tcpdump captures unless told otherwise. */
export const PCAP_SNAP_LENGTH = 262_144;

/** Bytes of the header that a capture file begins with. */
export const PCAP_HEADER_LENGTH = 24;

const RECORD_HEADER_LENGTH = 16;

const HEADER = { magic: 0, major: 4, minor: 6, zone: 8, accuracy: 12, snapLength: 16, linkType: 20 } as const;
const RECORD = { seconds: 0, fraction: 4, capturedLength: 8, originalLength: 12 } as const;

const MAGIC = { microsecond: 0xa1b2c3d4, nanosecond: 0xa1b23c4d } as const;
const NS_PER_UNIT = { microsecond: 1000n, nanosecond: 1n } as const;
const UNITS_PER_SECOND = { microsecond: 1_000_000, nanosecond: 1_000_000_000 } as const;
const NS_PER_SECOND = 1_000_000_000n;
const MAJOR = 2;
const MINOR = 4;

/** Bytes that a record takes in a file. */
export function pcapRecordLength(record: PcapRecord): number {
  return RECORD_HEADER_LENGTH + record.frame.length;
}

/** Bytes that a whole capture takes. */
export function pcapLength(file: PcapFile): number {
  return file.records.reduce((total, record) => total + pcapRecordLength(record), PCAP_HEADER_LENGTH);
}

/**
 * Writes the file header, little-endian as tcpdump does on the usual machines, at `offset` and returns 24.
 * Throws an EncodeError where it does not fit.
 */
export function encodePcapHeader(header: PcapHeader, out: Uint8Array, offset: number): number {
  requireRoom('pcap header', out, offset, PCAP_HEADER_LENGTH);
  const view = viewOf(out, offset);
  view.setUint32(HEADER.magic, MAGIC[header.precision], true);
  view.setUint16(HEADER.major, MAJOR, true);
  view.setUint16(HEADER.minor, MINOR, true);
  view.setUint32(HEADER.zone, 0, true);
  view.setUint32(HEADER.accuracy, 0, true);
  view.setUint32(HEADER.snapLength, header.snapLength, true);
  view.setUint32(HEADER.linkType, header.linkType, true);
  return PCAP_HEADER_LENGTH;
}

/**
 * Writes one record, header and frame, at `offset` and returns its length. `precision` is that of the file
 * header. Throws an EncodeError where it does not fit.
 */
export function encodePcapRecord(
  record: PcapRecord,
  precision: PcapPrecision,
  out: Uint8Array,
  offset: number,
): number {
  const { frame, originalLength = frame.length, timestampNs } = record;
  const length = pcapRecordLength(record);
  requireRoom('pcap record', out, offset, length);
  const view = viewOf(out, offset);
  const fraction = (timestampNs % NS_PER_SECOND) / NS_PER_UNIT[precision];
  view.setUint32(RECORD.seconds, Number(timestampNs / NS_PER_SECOND), true);
  view.setUint32(RECORD.fraction, Number(fraction), true);
  view.setUint32(RECORD.capturedLength, frame.length, true);
  view.setUint32(RECORD.originalLength, originalLength, true);
  out.set(frame, offset + RECORD_HEADER_LENGTH);
  return length;
}

/** Writes a whole capture at `offset` and returns its length. Throws an EncodeError where it does not fit. */
export function encodePcap(file: PcapFile, out: Uint8Array, offset: number): number {
  requireRoom('pcap', out, offset, pcapLength(file));
  let at = offset + encodePcapHeader(file, out, offset);
  for (const record of file.records) at += encodePcapRecord(record, file.precision, out, at);
  return at - offset;
}

/**
 * Reads a whole classic capture file of either byte order and precision. Nothing is copied, so what it takes
 * is bounded by the file's own size. A DecodeError for pcapng, for a file that ends within a record, and for
 * a record longer than the file says it keeps.
 */
export function decodePcap(bytes: Uint8Array): PcapFile | DecodeError {
  if (bytes.length < PCAP_HEADER_LENGTH) {
    return DecodeError.truncated('pcap', 0, PCAP_HEADER_LENGTH, bytes.length);
  }
  const view = viewOf(bytes, 0);
  const magic = view.getUint32(HEADER.magic, true);
  const little = precisionOf(magic);
  const precision = little ?? precisionOf(view.getUint32(HEADER.magic, false));
  if (precision === undefined) {
    const have = `0x${magic.toString(16).padStart(8, '0')}`;
    return DecodeError.invalid('pcap', 'magic', HEADER.magic, '0xa1b2c3d4 or 0xa1b23c4d', have);
  }
  const isLittle = little !== undefined;
  const major = view.getUint16(HEADER.major, isLittle);
  if (major !== MAJOR) {
    return DecodeError.invalid('pcap', 'major version', HEADER.major, String(MAJOR), major);
  }
  const header: PcapHeader = {
    precision,
    snapLength: view.getUint32(HEADER.snapLength, isLittle),
    linkType: view.getUint32(HEADER.linkType, isLittle) & 0xffff, // the upper half tells of an FCS
  };

  const records: PcapRecord[] = [];
  let at = PCAP_HEADER_LENGTH;
  while (at < bytes.length) {
    const record = decodeRecord(header, isLittle, bytes, at);
    if (isDecodeError(record)) return record;
    records.push(record);
    at += pcapRecordLength(record);
  }
  return { ...header, records };
}

function decodeRecord(
  { precision, snapLength }: PcapHeader,
  isLittle: boolean,
  bytes: Uint8Array,
  at: number,
): PcapRecord | DecodeError {
  const left = bytes.length - at;
  if (left < RECORD_HEADER_LENGTH) return DecodeError.truncated('pcap', at, RECORD_HEADER_LENGTH, left);
  const view = viewOf(bytes, at);
  const seconds = view.getUint32(RECORD.seconds, isLittle);
  const fraction = view.getUint32(RECORD.fraction, isLittle);
  if (fraction >= UNITS_PER_SECOND[precision]) {
    const need = `below ${UNITS_PER_SECOND[precision]}`;
    return DecodeError.invalid('pcap', 'fraction of a second', at + RECORD.fraction, need, fraction);
  }
  const length = view.getUint32(RECORD.capturedLength, isLittle);
  const maxLength = Math.max(snapLength, PCAP_SNAP_LENGTH);
  if (length > maxLength) {
    const offset = at + RECORD.capturedLength;
    return DecodeError.invalid('pcap', 'captured length', offset, `at most ${maxLength}`, length);
  }
  const frameAt = at + RECORD_HEADER_LENGTH;
  if (bytes.length - frameAt < length) {
    return DecodeError.truncated('pcap', frameAt, length, bytes.length - frameAt);
  }
  const originalLength = view.getUint32(RECORD.originalLength, isLittle);
  return {
    timestampNs: BigInt(seconds) * NS_PER_SECOND + BigInt(fraction) * NS_PER_UNIT[precision],
    frame: bytes.subarray(frameAt, frameAt + length),
    ...(originalLength === length ? {} : { originalLength }),
  };
}

function precisionOf(magic: number): PcapPrecision | undefined {
  if (magic === MAGIC.microsecond) return 'microsecond';
  if (magic === MAGIC.nanosecond) return 'nanosecond';
  return undefined;
}

function viewOf(bytes: Uint8Array, offset: number): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset + offset, bytes.length - offset);
}
