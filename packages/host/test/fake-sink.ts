import {
  type ChannelHealth,
  type Clock,
  type FrameBatch,
  type FrameChannel,
  type FrameSink,
  frameCount,
  HeraldError,
  type Port,
  type SendResult,
} from '@nic-herald/core';
import { decodeRarp, isDecodeError } from '@nic-herald/wire';

/** A frame as it left. */
export interface LeftFrame {
  /** Ms of fake time since the sink was made. */
  readonly at: number;
  readonly port: string;
  /** `1` or `1/10`: the last two bytes of the MAC, and the VLAN. */
  readonly station: string;
}

/** A sink that keeps what it was given. */
export class FakeSink implements FrameSink {
  readonly name = 'fake-sink';
  readonly frames: LeftFrame[] = [];
  /** Ports that are there. */
  readonly ports = new Set(['tap0', 'tap1']);
  openChannels = 0;
  opened = 0;
  /** Replaces what the system says to a batch of so many frames. */
  refusal: ((frames: number) => SendResult) | undefined;
  /** Replaces what a look at a port says. */
  look: (() => Promise<ChannelHealth>) | undefined;
  /** Replaces the opening of a port. */
  opening: (() => Promise<void>) | undefined;
  readonly since: number;

  constructor(private readonly clock: Clock) {
    this.since = clock.now();
  }

  /** What left, in short. */
  get stations(): readonly string[] {
    return this.frames.map(({ station }) => station);
  }

  supports({ kind }: Port): boolean {
    return kind === 'tap';
  }

  async open(port: Port): Promise<FrameChannel> {
    await this.opening?.();
    if (!this.ports.has(port.name)) throw new HeraldError('HERALD_TEST_PORT', `${port.name} is not there`);
    this.openChannels += 1;
    this.opened += 1;
    let isOpen = true;
    return {
      prepare: (batch) => ({
        send: () => (isOpen ? this.send(batch, port.name) : { accepted: 0, failure: 'closed' }),
      }),
      health: async () => this.look?.() ?? this.health(port.name),
      close: async () => {
        if (isOpen) this.openChannels -= 1;
        isOpen = false;
      },
    };
  }

  private health(port: string): ChannelHealth {
    if (this.ports.has(port)) return { ready: true };
    return { ready: false, code: 'HERALD_TEST_PORT', message: `${port} went away` };
  }

  private send(batch: FrameBatch, port: string): SendResult {
    const frames = frameCount(batch);
    if (this.refusal !== undefined) return this.refusal(frames);
    for (let index = 0; index < frames; index++) {
      const frame = decodeRarp(batch.bytes.subarray(batch.starts[index], batch.starts[index + 1]));
      if (isDecodeError(frame)) throw frame;
      const number = Number.parseInt(frame.mac.slice(12).replace(':', ''), 16);
      const station = frame.vlan === undefined ? `${number}` : `${number}/${frame.vlan}`;
      this.frames.push({ at: this.clock.now() - this.since, port, station });
    }
    return { accepted: frames };
  }
}
