import { type CounterMap, type PacketSocket, SendBatch } from '@nic-herald/linux-sys';

/** The mark of a frame that is for no port: the program counts and drops it. */
const NO_PORT = 0;
/** An EtherType for experiments (IEEE 802), from and to no station. */
const FRAME = Uint8Array.from({ length: 60 }, (_, index) => (index === 12 ? 0x88 : index === 13 ? 0xb5 : 0));

/**
 * A frame that is for no port, sent to see whether the program gets what is sent. Whatever stands in the way of frames, and
 * be it of a kind that no list shows, stands in the way of this one.
 */
export class TrialFrame {
  private readonly batch: SendBatch;

  /** `socket` has no mark; it is closed with this. Throws SystemCallError. */
  constructor(
    private readonly socket: PacketSocket,
    private readonly counters: Pick<CounterMap, 'add' | 'read'>,
  ) {
    counters.add(NO_PORT);
    this.batch = new SendBatch(socket, FRAME, Uint32Array.of(0, FRAME.length));
  }

  /** Whether a frame sent now gets there: the program has run when the system call returns. Throws SystemCallError. */
  passes(): boolean {
    const before = this.counters.read(NO_PORT) ?? 0;
    this.batch.send();
    return (this.counters.read(NO_PORT) ?? 0) > before;
  }

  close(): void {
    this.socket.close();
  }
}
