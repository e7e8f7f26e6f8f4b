import {
  type Clock,
  type FrameBatch,
  type FrameChannel,
  type FrameDirection,
  type FrameSink,
  HeraldError,
  type Port,
  type PortClaim,
  type PreparedBatch,
  type SinkOptions,
} from '@nic-herald/core';
import { frameCount } from '@nic-herald/core/internal';
import type { FabricHost } from './fabric.js';
import { type FabricFrame, readFabricFrame } from './fabric-frame.js';
import type { BridgePort } from './learning-bridge.js';

/** One frame as it left a sink. */
export interface SentFrame {
  /** When, ms since 1970 UTC on the fabric's clock. */
  readonly at: number;
  readonly port: string;
  readonly direction: FrameDirection;
  readonly frame: FabricFrame;
}

/** Puts frames through the guest ports of one host of the fabric, both ways. */
export class FabricSink implements FrameSink {
  readonly name = 'fabric';

  /** Every frame that was sent so far. */
  readonly sent: SentFrame[] = [];

  constructor(
    private readonly host: FabricHost,
    private readonly clock: Clock,
  ) {}

  async claim(port: Port, _: Pick<SinkOptions, 'direction'>): Promise<PortClaim> {
    const isHere = port.kind === 'tap' && this.host.bridge.port(port.name) !== undefined;
    return isHere ? { preference: 50 } : { refusal: `no tap of host ${this.host.name}` };
  }

  /** Rejects with HERALD_FABRIC_PORT for a port this host does not have. */
  async open(port: Port, { direction }: Pick<SinkOptions, 'direction'>): Promise<FrameChannel> {
    const at = this.host.bridge.port(port.name);
    if (at === undefined) {
      throw new HeraldError('HERALD_FABRIC_PORT', `host ${this.host.name} has no port ${port.name}`);
    }
    return {
      prepare: (batch) => this.prepare(batch, at, direction),
      health: async () => ({ ready: true }),
      close: async () => {},
    };
  }

  private prepare(batch: FrameBatch, port: BridgePort, direction: FrameDirection): PreparedBatch {
    const frames = Array.from({ length: frameCount(batch) }, (_, index) =>
      readFabricFrame(batch.bytes.subarray(batch.starts[index], batch.starts[index + 1])),
    );
    return {
      send: (first = 0, count = frames.length) => {
        const start = Math.max(0, first);
        const end = Math.min(frames.length, first + count);
        for (let index = start; index < end; index += 1) {
          const frame = frames[index];
          if (frame === undefined) {
            return { accepted: index - start, failure: `frame ${index} is no Ethernet frame` };
          }
          if (direction === 'from-guest') port.receiveFrame({ ...frame, injected: true });
          else port.transmit(frame);
          this.sent.push({ at: this.clock.now(), port: port.name, direction, frame });
        }
        return { accepted: Math.max(0, end - start) };
      },
    };
  }
}
