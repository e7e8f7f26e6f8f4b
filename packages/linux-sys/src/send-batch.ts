import { constants } from 'node:os';
import { type Libc, libc } from './libc.js';
import { LinuxError } from './linux-error.js';

/** One frame the kernel refused. */
export interface SendFailure {
  /** Which frame of the batch, from 0. */
  readonly index: number;
  /** As in errno(3), positive; `nameOfErrno` names it. */
  readonly errno: number;
}

/** What became of one sending; `sent` and the failures add up to the frames that were to be sent. */
export interface SendOutcome {
  readonly sent: number;
  readonly failures: readonly SendFailure[];
}

/** What a batch is sent on: a `PacketSocket`, or anything else with a socket's number. */
export interface SendSocket {
  readonly fd: number;
}

/** The system calls that sending takes; a test may stand in for them. */
export type SendSystem = Pick<Libc, 'sendmmsg' | 'errno' | 'addressOf'>;

/** The most messages sendmmsg(2) takes in one call; it silently shortens more. */
const UIO_MAXIOV = 1024;
const HEADER_BYTES = 64; // struct mmsghdr, LP64
const IOVEC_BYTES = 16; // struct iovec, LP64
const ETHERNET_HEADER_BYTES = 14;
const NONE: readonly SendFailure[] = Object.freeze([]);
const WORD = 2 ** 32;

const { EINTR, EAGAIN, ENETDOWN, ENXIO, ENODEV, EBADF, EPERM } = constants.errno;
/** Errors that the next frame would meet as well: what is left is not tried. */
const STOPPING: ReadonlySet<number> = new Set([EAGAIN, ENETDOWN, ENXIO, ENODEV, EBADF, EPERM]);

/**
 * Frames laid out in memory as sendmmsg(2) wants them, ready to be sent any number of times:
 *
 *     mmsghdr x n (64 bytes each) | iovec x n (16 bytes each) | the frames
 *
 * One block of memory, owned here: the kernel is given addresses, and an address keeps nothing alive.
 */
export class SendBatch {
  /** How many frames. */
  readonly count: number;
  private readonly socket: SendSocket;
  private readonly system: SendSystem;
  /** Held for as long as the batch is: nothing else keeps it alive. */
  private readonly memory: Uint8Array;
  private readonly address: number;
  private readonly allSent: SendOutcome;

  /**
   * Copies the frames: frame i is `bytes` from `starts[i]` up to `starts[i + 1]`, 14 bytes at least, so n
   * frames have n + 1 starts. Throws HERALD_FRAMES_INVALID where the starts do not describe that.
   */
  constructor(socket: SendSocket, bytes: Uint8Array, starts: Uint32Array, system: SendSystem = libc()) {
    checkStarts(bytes, starts);
    this.socket = socket;
    this.system = system;
    this.count = Math.max(0, starts.length - 1);
    this.memory = new Uint8Array(this.count * (HEADER_BYTES + IOVEC_BYTES) + bytes.length);
    this.address = this.system.addressOf(this.memory);
    this.allSent = Object.freeze({ sent: this.count, failures: NONE });
    writeLayout(this.memory, this.address, bytes, starts);
  }

  /**
   * Hands `count` frames from `first` on to the kernel, all by default, at most 1024 per call; what lies beyond
   * the batch is left out. Never throws; allocates nothing but its result, and that only for a part of the batch
   * or where a frame is refused. That an interface is down or gone is refused, but not that a frame is dropped
   * further on. Where the socket's send buffer is full it waits up to the socket's send timeout, then gives up
   * (EAGAIN).
   */
  send(first = 0, count = this.count): SendOutcome {
    let failures: SendFailure[] | undefined;
    let retried = -1;
    const start = Math.max(0, Math.trunc(first)); // a part of a header would be read as one
    const end = Math.min(this.count, Math.trunc(first + count));
    let next = start;
    while (next < end) {
      const wanted = Math.min(end - next, UIO_MAXIOV);
      const sent = this.system.sendmmsg(this.socket.fd, this.address + next * HEADER_BYTES, wanted, 0);
      if (sent > 0) {
        next += sent;
        continue;
      }
      const errno = this.system.errno();
      if (errno === EINTR) continue;
      if (errno === ENETDOWN && retried !== next) {
        retried = next; // it may be the memory of an earlier down, which is cleared by being told
        continue;
      }
      failures ??= [];
      const resume = STOPPING.has(errno) ? end : next + 1;
      for (; next < resume; next++) failures.push({ index: next, errno });
    }
    const asked = Math.max(0, end - start);
    if (failures) return { sent: asked - failures.length, failures };
    return asked === this.count ? this.allSent : { sent: asked || 0, failures: NONE };
  }
}

/**
 * Writes headers, vectors and frames into zeroed `memory`, which begins its buffer and lies at `address`. In
 * 32-bit halves, low first: three times as fast here as 64-bit ones.
 */
export const writeLayout = (
  memory: Uint8Array,
  address: number,
  bytes: Uint8Array,
  starts: Uint32Array,
): void => {
  const count = Math.max(0, starts.length - 1);
  const vectorsAt = count * HEADER_BYTES;
  const framesAt = vectorsAt + count * IOVEC_BYTES;
  const words = new Uint32Array(memory.buffer, 0, framesAt / 4);
  const writePointer = (word: number, offset: number): void => {
    words[word] = (address + offset) % WORD;
    words[word + 1] = Math.floor((address + offset) / WORD);
  };
  for (let index = 0; index < count; index++) {
    const start = starts[index] ?? 0;
    const header = (index * HEADER_BYTES) / 4;
    const vectorAt = vectorsAt + index * IOVEC_BYTES;
    writePointer(header + 4, vectorAt); // msg_iov
    words[header + 6] = 1; // msg_iovlen
    writePointer(vectorAt / 4, framesAt + start); // iov_base
    words[vectorAt / 4 + 2] = (starts[index + 1] ?? 0) - start; // iov_len
  }
  memory.set(bytes, framesAt);
};

const checkStarts = (bytes: Uint8Array, starts: Uint32Array): void => {
  for (let index = 1; index < starts.length; index++) {
    const start = starts[index - 1] ?? 0;
    const end = starts[index] ?? 0;
    if (end - start < ETHERNET_HEADER_BYTES || end > bytes.length) {
      throw new LinuxError(
        'HERALD_FRAMES_INVALID',
        `frame ${index - 1} reaches from byte ${start} to ${end} of ${bytes.length}: a frame has at least ${ETHERNET_HEADER_BYTES} bytes and lies within the batch`,
        { details: { frame: index - 1, start, end, length: bytes.length } },
      );
    }
  }
};
