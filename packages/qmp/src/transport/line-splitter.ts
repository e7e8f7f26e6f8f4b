import { HeraldError } from '@nic-herald/core';

const NEWLINE = 0x0a;
const FIRST_CAPACITY = 4096;

/**
 * Cuts a byte stream into lines. Holds at most `maxBytes` of an unfinished line, in one buffer that doubles:
 * however small the pieces are, each byte is searched once and copied a bounded number of times.
 */
export class LineSplitter {
  private partial = new Uint8Array(0);
  private length = 0;

  /** `maxBytes`: the longest line accepted, its newline not counted. */
  constructor(private readonly maxBytes: number) {}

  /**
   * Yields each line that `chunk` completes, without its newline, in order and one at a time, so that the
   * caller acts on one before the next is cut. A line is only valid until the next one is asked for. Throws
   * HERALD_QMP_LINE_TOO_LONG at a longer line; the splitter is of no more use then.
   */
  *push(chunk: Uint8Array): Generator<Uint8Array, void, void> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const piece = chunk.subarray(start, end);
      start = end + 1;
      if (this.length === 0) {
        this.check(piece.length);
        yield piece;
      } else {
        this.keep(piece);
        const line = this.partial.subarray(0, this.length);
        this.length = 0;
        yield line;
        if (this.partial.length > FIRST_CAPACITY) this.partial = new Uint8Array(0); // a long line was an exception
      }
    }
    this.keep(chunk.subarray(start));
  }

  private keep(piece: Uint8Array): void {
    if (piece.length === 0) return;
    const length = this.length + piece.length;
    this.check(length);
    if (length > this.partial.length) {
      const larger = new Uint8Array(
        Math.min(this.maxBytes, Math.max(FIRST_CAPACITY, length, this.partial.length * 2)),
      );
      larger.set(this.partial.subarray(0, this.length));
      this.partial = larger;
    }
    this.partial.set(piece, this.length);
    this.length = length;
  }

  private check(length: number): void {
    if (length <= this.maxBytes) return;
    this.partial = new Uint8Array(0);
    throw new HeraldError(
      'HERALD_QMP_LINE_TOO_LONG',
      `a line from the QMP socket is longer than ${this.maxBytes} bytes; the connection was dropped. ` +
        'Check that it is a QMP socket; if the guest really has that many devices, raise maxLineBytes',
      { details: { maxBytes: this.maxBytes } },
    );
  }
}
