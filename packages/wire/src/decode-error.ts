/** The formats of this package, as {@link DecodeError.format} names them. */
export type WireFormat =
  | 'mac-address'
  | 'vlan-id'
  | 'ipv4-address'
  | 'ipv6-address'
  | 'ip-address'
  | 'ethernet'
  | 'rarp'
  | 'arp'
  | 'gratuitous-arp'
  | 'neighbour-advertisement'
  | 'router-solicitation'
  | 'igmp'
  | 'mld'
  | 'pcap';

/**
 * Why bytes or text are not what they should be.
 * `HERALD_WIRE_TRUNCATED`: the input ends before the format does. `HERALD_WIRE_INVALID`: a field holds what
 * the format forbids or this package does not read.
 */
export type DecodeErrorCode = 'HERALD_WIRE_TRUNCATED' | 'HERALD_WIRE_INVALID';

const NAME = 'DecodeError';
const CODES: readonly unknown[] = [
  'HERALD_WIRE_TRUNCATED',
  'HERALD_WIRE_INVALID',
] satisfies DecodeErrorCode[];

/**
 * What a decoder returns, and never throws, for bytes that do not hold the format. Tell it from a value with
 * {@link isDecodeError}, which also knows errors made by another copy of this package.
 */
export class DecodeError extends Error {
  override readonly name: string = NAME;

  private constructor(
    readonly code: DecodeErrorCode,
    readonly format: WireFormat,
    /** Byte (in text: character) at which the fault begins, counted from the start of the input. */
    readonly offset: number,
    /** What the format asks for there: a number of bytes where truncated, else the legal value in words. */
    readonly need: number | string,
    /** What is there: the number of bytes left where truncated, else the value found. */
    readonly have: number | string,
    message: string,
  ) {
    super(message);
  }

  /** The input has `have` bytes left at `offset` where the format needs `need`. */
  static truncated(format: WireFormat, offset: number, need: number, have: number): DecodeError {
    const message = `${format} cut short: ${need} bytes needed at offset ${offset}, ${Math.max(0, have)} there`;
    return new DecodeError('HERALD_WIRE_TRUNCATED', format, offset, need, Math.max(0, have), message);
  }

  /** The field called `field` at `offset` holds `have` where the format wants `need`. */
  static invalid(
    format: WireFormat,
    field: string,
    offset: number,
    need: string,
    have: number | string,
  ): DecodeError {
    const message = `${format}: ${field} at offset ${offset} must be ${need}, got ${have}`;
    return new DecodeError('HERALD_WIRE_INVALID', format, offset, need, have, message);
  }
}

/** Whether a decoder's result, or anything else, is a {@link DecodeError}; true for any copy of this package. */
export function isDecodeError(value: unknown): value is DecodeError {
  return value instanceof Error && value.name === NAME && 'code' in value && CODES.includes(value.code);
}
