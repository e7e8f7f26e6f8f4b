import {
  type ChannelHealth,
  type Clock,
  type FrameBatch,
  type FrameChannel,
  type FrameDirection,
  type FrameSink,
  HeraldError,
  type Port,
  type PortClaim,
  type SendResult,
  type SinkOptions,
  type SinkState,
} from '@nic-herald/core';
import { frameCount } from '@nic-herald/core/internal';
import { decodeIgmpQuery, decodeMldQuery, decodeRarp, isDecodeError } from '@nic-herald/wire';

/** A frame as it left. */
export interface LeftFrame {
  /** Ms of fake time since the sink was made. */
  readonly at: number;
  readonly port: string;
  /** `1` or `1/10`: the last two bytes of the MAC, and the VLAN. */
  readonly station: string;
}

/** A query as it left to the guest. */
export interface LeftQuery extends Omit<LeftFrame, 'station'> {
  /** `igmp` or `mld/10`: the protocol and the VLAN. */
  readonly query: string;
}

/** A sink that keeps what it was given. */
export class FakeSink implements FrameSink {
  readonly name = 'fake-sink';
  /** What left onto the network. */
  readonly frames: LeftFrame[] = [];
  /** What left to the guest. */
  readonly queries: LeftQuery[] = [];
  readonly directions = new Set<FrameDirection>(['from-guest', 'to-guest']);
  /** Ports that are there. */
  readonly ports = new Set(['tap0', 'tap1']);
  openChannels = 0;
  opened = 0;
  /** Replaces what the system says to a batch of so many frames. */
  refusal: ((frames: number, direction: FrameDirection) => SendResult) | undefined;
  /** Replaces what a look at a port says. */
  look: (() => Promise<ChannelHealth>) | undefined;
  /** Replaces the opening of a port. */
  opening: ((direction: FrameDirection) => Promise<void>) | undefined;
  /** It takes frames, and they do not leave. */
  loses = false;
  /** Frames that it lost so far. */
  lost = 0;
  private readonly listeners = new Set<(state: SinkState) => void>();
  readonly since: number;

  constructor(private readonly clock: Clock) {
    this.since = clock.now();
  }

  /** What left, in short. */
  get stations(): readonly string[] {
    return this.frames.map(({ station }) => station);
  }

  async claim({ kind }: Port, { direction }: Pick<SinkOptions, 'direction'>): Promise<PortClaim> {
    if (kind !== 'tap') return { refusal: `no ${kind} here` };
    return this.directions.has(direction) ? { preference: 50 } : { refusal: `not ${direction}` };
  }

  async open(port: Port, { direction }: Pick<SinkOptions, 'direction'>): Promise<FrameChannel> {
    await this.opening?.(direction);
    if (!this.ports.has(port.name)) throw new HeraldError('HERALD_TEST_PORT', `${port.name} is not there`);
    this.openChannels += 1;
    this.opened += 1;
    let isOpen = true;
    return {
      prepare: (batch) => ({
        send: (first, count) =>
          isOpen ? this.send(batch, port.name, direction, first, count) : { accepted: 0, failure: 'closed' },
      }),
      lost: () => this.lost,
      health: async () => this.look?.() ?? this.health(port.name),
      close: async () => {
        if (isOpen) this.openChannels -= 1;
        isOpen = false;
      },
    };
  }

  watch(told: (state: SinkState) => void): () => void {
    this.listeners.add(told);
    return () => void this.listeners.delete(told);
  }

  /** Tells of itself. */
  tell(state: SinkState): void {
    for (const told of this.listeners) told(state);
  }

  private health(port: string): ChannelHealth {
    if (this.ports.has(port)) return { ready: true };
    return { ready: false, code: 'HERALD_TEST_PORT', message: `${port} went away` };
  }

  private send(
    batch: FrameBatch,
    port: string,
    direction: FrameDirection,
    first = 0,
    count = frameCount(batch),
  ): SendResult {
    const end = Math.min(frameCount(batch), first + count);
    if (this.refusal !== undefined) return this.refusal(end - first, direction);
    if (this.loses) {
      this.lost += end - first;
      return { accepted: end - first };
    }
    for (let index = first; index < end; index++) {
      const bytes = batch.bytes.subarray(batch.starts[index], batch.starts[index + 1]);
      const left = { at: this.clock.now() - this.since, port };
      if (direction === 'to-guest') {
        this.queries.push({ ...left, query: queryOf(bytes) });
        continue;
      }
      const frame = decodeRarp(bytes);
      if (isDecodeError(frame)) throw frame;
      const number = Number.parseInt(frame.mac.slice(12).replace(':', ''), 16);
      const station = frame.vlan === undefined ? `${number}` : `${number}/${frame.vlan}`;
      this.frames.push({ ...left, station });
    }
    return { accepted: end - first };
  }
}

const queryOf = (bytes: Uint8Array): string => {
  const igmp = decodeIgmpQuery(bytes);
  const query = isDecodeError(igmp) ? decodeMldQuery(bytes) : igmp;
  if (isDecodeError(query)) throw query;
  const protocol = query === igmp ? 'igmp' : 'mld';
  return query.vlan === undefined ? protocol : `${protocol}/${query.vlan}`;
};
