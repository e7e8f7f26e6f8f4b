import { HeraldError } from '@nic-herald/core';

const FIRST_CAPACITY = 256;

/**
 * Writes XDR (RFC 4506). A number out of its type's range, or a text longer than its bound, throws
 * HERALD_LIBVIRT_ARGUMENT and leaves the writer as it was.
 */
export class XdrWriter {
  private buffer = new Uint8Array(FIRST_CAPACITY);
  private view = new DataView(this.buffer.buffer);
  private length = 0;

  /** A signed 32-bit integer. */
  int(value: number): this {
    check('int', value, -0x8000_0000, 0x7fff_ffff);
    const offset = this.advance(4); // it may make the view anew
    this.view.setInt32(offset, value);
    return this;
  }

  /** An unsigned 32-bit integer. */
  uint(value: number): this {
    check('unsigned int', value, 0, 0xffff_ffff);
    const offset = this.advance(4); // it may make the view anew
    this.view.setUint32(offset, value);
    return this;
  }

  /** A signed 64-bit integer. */
  hyper(value: bigint): this {
    if (BigInt.asIntN(64, value) !== value) throw outOfRange('hyper', value);
    const offset = this.advance(8); // it may make the view anew
    this.view.setBigInt64(offset, value);
    return this;
  }

  /** An unsigned 64-bit integer. */
  unsignedHyper(value: bigint): this {
    if (BigInt.asUintN(64, value) !== value) throw outOfRange('unsigned hyper', value);
    const offset = this.advance(8); // it may make the view anew
    this.view.setBigUint64(offset, value);
    return this;
  }

  /** A boolean, as 1 or 0. */
  bool(value: boolean): this {
    return this.uint(value ? 1 : 0);
  }

  /** Bytes whose number both sides know, padded with zeros. */
  fixed(bytes: Uint8Array): this {
    const offset = this.advance(Math.ceil(bytes.length / 4) * 4); // a place that was never written to is zero
    this.buffer.set(bytes, offset);
    return this;
  }

  /** Their number, then the bytes: at most `max`. */
  opaque(bytes: Uint8Array, max: number, what: string): this {
    if (bytes.length > max) {
      throw new HeraldError(
        'HERALD_LIBVIRT_ARGUMENT',
        `${what} has ${bytes.length} bytes, more than the ${max} that libvirt or nic-herald take`,
        { details: { what, bytes: bytes.length, max } },
      );
    }
    return this.uint(bytes.length).fixed(bytes);
  }

  /** A text of at most `max` bytes in UTF-8. */
  string(text: string, max: number, what: string): this {
    return this.opaque(Buffer.from(text), max, what);
  }

  /** The number of items, then each as `item` writes it. */
  array<T>(items: readonly T[], item: (writer: this, each: T) => unknown): this {
    this.uint(items.length);
    for (const each of items) item(this, each);
    return this;
  }

  /** What may be absent. */
  optional<T>(value: T | undefined, item: (writer: this, present: T) => unknown): this {
    this.bool(value !== undefined);
    if (value !== undefined) item(this, value);
    return this;
  }

  /** What was written so far: a view, good until the next write. */
  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  private advance(length: number): number {
    const offset = this.length;
    const end = offset + length;
    if (end > this.buffer.length) {
      const larger = new Uint8Array(Math.max(end, this.buffer.length * 2));
      larger.set(this.bytes());
      this.buffer = larger;
      this.view = new DataView(larger.buffer);
    }
    this.length = end;
    return offset;
  }
}

const outOfRange = (type: string, value: number | bigint): HeraldError =>
  new HeraldError('HERALD_LIBVIRT_ARGUMENT', `${value} is no ${type} of libvirt's protocol`, {
    details: { type, value: String(value) },
  });

const check = (type: string, value: number, least: number, most: number): void => {
  if (!Number.isInteger(value) || value < least || value > most) throw outOfRange(type, value);
};
