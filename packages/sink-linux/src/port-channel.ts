import type {
  ArmedFrames,
  ArmRefusal,
  ArmRequest,
  ChannelHealth,
  FrameBatch,
  FrameChannel,
  PreparedBatch,
  SendResult,
} from '@nic-herald/core';
import { nameOfErrno, type PacketSocket, SendBatch } from '@nic-herald/linux-sys';

/** Counts what a channel's socket took. */
export interface ChannelTally {
  accepted(frames: number): void;
  lost(): number | undefined;
  close(): void;
}

const CLOSED: ArmRefusal = { code: 'HERALD_TRIGGER_REFUSED', refusal: 'the channel is closed' };

/** A packet socket of its own, kept open from the first plan on: opening is cheap, closing takes 10 ms. */
export class PortChannel implements FrameChannel {
  private readonly socket: PacketSocket;
  private readonly look: () => ChannelHealth;
  readonly lost?: () => number | undefined;

  /** What was armed here last. */
  private armed: ArmedFrames | undefined;

  /** `look` tells how the port is; it may throw a HeraldError. Without a tally it is not known what left. */
  constructor(
    socket: PacketSocket,
    look: () => ChannelHealth,
    private readonly tally?: ChannelTally,
    private readonly arm?: (batch: FrameBatch, request: ArmRequest) => ArmedFrames | ArmRefusal,
  ) {
    this.socket = socket;
    this.look = look;
    if (tally !== undefined) this.lost = () => tally.lost();
  }

  /** Lays the frames out for sendmmsg(2). Throws HERALD_FRAMES_INVALID. */
  prepare(batch: FrameBatch): PreparedBatch {
    const prepared = new SendBatch(this.socket, batch.bytes, batch.starts);
    const allAccepted: SendResult = Object.freeze({ accepted: prepared.count });
    const { arm } = this;
    return {
      ...(arm !== undefined && {
        arm: (request) => {
          if (this.socket.fd < 0) return CLOSED;
          const armed = arm(batch, request);
          if (!('refusal' in armed)) this.armed = armed;
          return armed;
        },
      }),
      send: (first, count) => {
        const { sent, failures } = prepared.send(first, count);
        this.tally?.accepted(sent);
        const [refused] = failures;
        if (!refused) return sent === prepared.count ? allAccepted : { accepted: sent };
        return {
          accepted: sent,
          failure: `${nameOfErrno(refused.errno)} at frame ${refused.index}; ${failures.length} of ${sent + failures.length} frames refused`,
        };
      },
    };
  }

  async health(): Promise<ChannelHealth> {
    return this.look();
  }

  /** Off the event loop: another guest may resume at this moment. */
  close(): Promise<void> {
    this.armed?.take({ unwanted: true });
    this.tally?.close();
    return this.socket.closeInBackground();
  }
}
