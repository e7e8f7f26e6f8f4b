/**
 * Thrown by an encoder whose caller handed it too small a buffer: a fault of the program, never of outside
 * input. The remedy is to size the buffer with the format's `...Length` function.
 */
export class EncodeError extends RangeError {
  override readonly name = 'EncodeError';
  readonly code = 'HERALD_WIRE_NO_ROOM';

  constructor(
    /** What was to be written. */
    readonly format: string,
    /** Where in the buffer. */
    readonly offset: number,
    /** Bytes that the format takes. */
    readonly need: number,
    /** Bytes that the buffer has in all. */
    readonly have: number,
  ) {
    super(`no room for ${format}: ${need} bytes at offset ${offset} of a buffer of ${have}`);
  }
}

/**
 * Throws an {@link EncodeError} unless `need` bytes fit at `offset`: a write past the end of a Uint8Array is
 * silently lost, and half a frame must not reach a network.
 */
export function requireRoom(format: string, out: Uint8Array, offset: number, need: number): void {
  if (!(Number.isInteger(offset) && offset >= 0 && offset + need <= out.length)) {
    throw new EncodeError(format, offset, need, out.length);
  }
}
