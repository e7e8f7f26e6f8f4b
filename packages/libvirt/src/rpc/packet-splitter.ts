import { xdrFault } from '../xdr/xdr-fault.js';

/** The length word and the six words of the header (virnetprotocol.x). */
export const LEAST_PACKET_BYTES = 28;
/** `VIR_NET_MESSAGE_MAX`, and the length word that counts itself: libvirt's own bound. */
const MOST_PACKET_BYTES = 32 * 1024 * 1024 + 4;

const LENGTH_BYTES = 4;
const FIRST_CAPACITY = 4096;

/**
 * Cuts a byte stream into packets: a length of four bytes that counts itself, then the rest. Holds at most `maxBytes` of an
 * unfinished packet, in one buffer that doubles as bytes come, whatever the length says: however small the pieces are, each
 * byte is copied a bounded number of times.
 */
export class PacketSplitter {
  private partial = new Uint8Array(0);
  private held = 0;

  /** `maxBytes`: the longest packet accepted, from `LEAST_PACKET_BYTES` to libvirt's own bound, which is the default. */
  constructor(private readonly maxBytes: number = MOST_PACKET_BYTES) {}

  /**
   * Yields each packet that `chunk` completes, its length word included, in order and one at a time, so that the caller acts
   * on one before the next is cut. A packet is only valid until the next one is asked for. Throws HERALD_LIBVIRT_PROTOCOL
   * at a length out of bounds; the splitter is of no more use then.
   */
  *push(chunk: Uint8Array): Generator<Uint8Array, void, void> {
    let at = 0;
    while (at < chunk.length) {
      if (this.held === 0) {
        const length = this.lengthAt(chunk, at);
        if (length !== undefined && length <= chunk.length - at) {
          yield chunk.subarray(at, at + length);
          at += length;
          continue;
        }
      }
      const wanted = (this.lengthAt(this.partial.subarray(0, this.held), 0) ?? LENGTH_BYTES) - this.held;
      const piece = chunk.subarray(at, at + wanted);
      this.keep(piece);
      at += piece.length;
      const length = this.lengthAt(this.partial.subarray(0, this.held), 0);
      if (length === this.held) {
        this.held = 0;
        yield this.partial.subarray(0, length);
        if (this.partial.length > FIRST_CAPACITY) this.partial = new Uint8Array(0); // a long packet was an exception
      }
    }
  }

  private keep(piece: Uint8Array): void {
    const length = this.held + piece.length;
    if (length > this.partial.length) {
      const doubled = Math.min(this.maxBytes, Math.max(FIRST_CAPACITY, this.partial.length * 2));
      const larger = new Uint8Array(Math.max(length, doubled));
      larger.set(this.partial.subarray(0, this.held));
      this.partial = larger;
    }
    this.partial.set(piece, this.held);
    this.held = length;
  }

  /** What the length word says; absent where it has not come. */
  private lengthAt(bytes: Uint8Array, at: number): number | undefined {
    if (bytes.length - at < LENGTH_BYTES) return undefined;
    const length = new DataView(bytes.buffer, bytes.byteOffset + at, LENGTH_BYTES).getUint32(0);
    if (length >= LEAST_PACKET_BYTES && length <= this.maxBytes) return length;
    this.partial = new Uint8Array(0);
    throw xdrFault('packet length', 0, `${LEAST_PACKET_BYTES} to ${this.maxBytes}`, String(length));
  }
}
