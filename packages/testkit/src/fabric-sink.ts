import {
  type ArmRequest,
  type Clock,
  type FrameBatch,
  type FrameChannel,
  type FrameDirection,
  type FrameGrant,
  type FrameSink,
  HeraldError,
  type Port,
  type PortClaim,
  type PreparedBatch,
  type SinkOptions,
  type SinkState,
} from '@nic-herald/core';
import { frameCount } from '@nic-herald/core/internal';
import type { FabricHost } from './fabric.js';
import { FabricArming } from './fabric-arming.js';
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
  private readonly listeners = new Set<(state: SinkState) => void>();
  private isBroken = false;
  private readonly arming: FabricArming | undefined;
  /** Of one that arms: what armed frames draw from. */
  readonly grant?: FrameGrant;

  /** `arms`: it can let frames leave by themselves when the hypervisor announces its guest; default no. */
  constructor(
    private readonly host: FabricHost,
    private readonly clock: Clock,
    { arms = false } = {},
  ) {
    if (!arms) return;
    this.arming = new FabricArming();
    this.grant = this.arming;
  }

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
    let lost = 0;
    return {
      prepare: (batch) =>
        this.prepare(batch, at, direction, (frames) => {
          lost += frames;
        }),
      health: async () =>
        this.isBroken
          ? { ready: false, code: 'HERALD_SINK_LOST', message: 'the sink of the fabric is broken' }
          : { ready: true },
      lost: () => lost,
      close: async () => {
        if (direction === 'from-guest') this.arming?.disarm(at);
      },
    };
  }

  watch(told: (state: SinkState) => void): () => void {
    const listener = (state: SinkState): void => told(state);
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** From now on it takes frames and loses them, and says so. */
  breakDown(): void {
    this.isBroken = true;
    this.tell({ ready: false, code: 'HERALD_SINK_LOST', message: 'it broke' });
  }

  /** It sends again. */
  mend(): void {
    this.isBroken = false;
    this.tell({ ready: true, message: 'it was mended' });
  }

  private tell(state: SinkState): void {
    for (const told of this.listeners) told(state);
  }

  private prepare(
    batch: FrameBatch,
    port: BridgePort,
    direction: FrameDirection,
    lost: (frames: number) => void,
  ): PreparedBatch {
    const frames = Array.from({ length: frameCount(batch) }, (_, index) =>
      readFabricFrame(batch.bytes.subarray(batch.starts[index], batch.starts[index + 1])),
    );
    const { arming } = this;
    const pass = (frame: FabricFrame): void => {
      if (direction === 'from-guest') port.receiveFrame({ ...frame, injected: true });
      else port.transmit(frame);
      this.sent.push({ at: this.clock.now(), port: port.name, direction, frame });
    };
    const load = {
      port,
      frames,
      now: () => this.clock.now(),
      isLost: () => this.isBroken,
      send: (index: number) => {
        const frame = frames[index];
        if (frame !== undefined && !this.isBroken) pass(frame);
      },
    };
    return {
      ...(arming !== undefined &&
        direction === 'from-guest' && { arm: (request: ArmRequest) => arming.arm(load, request) }),
      send: (first = 0, count = frames.length) => {
        const start = Math.max(0, first);
        const end = Math.min(frames.length, first + count);
        if (this.isBroken) {
          lost(Math.max(0, end - start));
          return { accepted: Math.max(0, end - start) };
        }
        for (let index = start; index < end; index += 1) {
          const frame = frames[index];
          if (frame === undefined) {
            return { accepted: index - start, failure: `frame ${index} is no Ethernet frame` };
          }
          pass(frame);
        }
        return { accepted: Math.max(0, end - start) };
      },
    };
  }
}
