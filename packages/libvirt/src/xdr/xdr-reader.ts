import { xdrFault } from './xdr-fault.js';

// Read RFC 4506 before editing: every item is big-endian and fills a multiple of four bytes, the rest of them zero.

/** Bytes that follow an item of `length` bytes, so that the next one begins at a multiple of four. */
const paddingOf = (length: number): number => (4 - (length % 4)) % 4;

/**
 * Reads XDR (RFC 4506) from bytes that nobody vouches for. Each length is bounded by the caller, padding has to be zero,
 * and whatever does not fit throws HERALD_LIBVIRT_PROTOCOL, which says what was read, where, what was expected and what
 * was there. Nothing is allocated before its bytes are known to be there.
 */
export class XdrReader {
  private readonly view: DataView;
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes that are not read yet. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  /** A signed 32-bit integer. `what`: its name in the protocol, for the error. */
  int(what: string): number {
    return this.view.getInt32(this.advance(4, what));
  }

  /** An unsigned 32-bit integer. */
  uint(what: string): number {
    return this.view.getUint32(this.advance(4, what));
  }

  /** A signed 64-bit integer. */
  hyper(what: string): bigint {
    return this.view.getBigInt64(this.advance(8, what));
  }

  /** An unsigned 64-bit integer. */
  unsignedHyper(what: string): bigint {
    return this.view.getBigUint64(this.advance(8, what));
  }

  /** A boolean: 0 or 1, and nothing else. */
  bool(what: string): boolean {
    const offset = this.at;
    const value = this.uint(what);
    if (value > 1) throw xdrFault(what, offset, '0 or 1', String(value));
    return value === 1;
  }

  /** Exactly `length` bytes: a view, good as long as the packet is. */
  fixed(length: number, what: string): Uint8Array {
    const offset = this.advance(length + paddingOf(length), what);
    for (let at = offset + length; at < this.at; at += 1) {
      if (this.bytes[at] !== 0) throw xdrFault(what, at, 'zero as padding', String(this.bytes[at]));
    }
    return this.bytes.subarray(offset, offset + length);
  }

  /** At most `max` bytes after their number: a view, good as long as the packet is. */
  opaque(max: number, what: string): Uint8Array {
    return this.fixed(this.count(max, 'bytes', what), what);
  }

  /** A text of at most `max` bytes. What is no UTF-8 becomes U+FFFD, as nothing of it is a reason to lose the rest. */
  string(max: number, what: string): string {
    const bytes = this.opaque(max, what);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  }

  /** At most `max` items after their number, each read by `item`, none of which is empty. */
  array<T>(max: number, what: string, item: (reader: this) => T): T[] {
    const offset = this.at;
    const count = this.count(max, 'items', what);
    if (count * 4 > this.left) throw xdrFault(what, offset, `${count} items`, `${this.left} bytes`);
    return Array.from({ length: count }, () => item(this));
  }

  /** What may be absent. */
  optional<T>(what: string, item: (reader: this) => T): T | undefined {
    return this.bool(what) ? item(this) : undefined;
  }

  /** Nothing may be left. */
  end(what: string): void {
    if (this.left > 0) throw xdrFault(what, this.at, 'its end', `${this.left} bytes more`);
  }

  private count(max: number, unit: string, what: string): number {
    const offset = this.at;
    const count = this.uint(`length of ${what}`);
    if (count > max) throw xdrFault(what, offset, `at most ${max} ${unit}`, String(count));
    return count;
  }

  private advance(length: number, what: string): number {
    const offset = this.at;
    if (length > this.left) throw xdrFault(what, offset, `${length} bytes`, `${this.left}`);
    this.at += length;
    return offset;
  }
}
