/** The 16-bit big-endian number at `offset`, which the caller has checked to be there. */
export function readUint16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}

/** Stores `value` (0 to 65535) as two big-endian bytes where the caller has checked that they fit. */
export function writeUint16(value: number, out: Uint8Array, offset: number): void {
  out[offset] = value >> 8;
  out[offset + 1] = value;
}
