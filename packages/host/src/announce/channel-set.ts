import type {
  AnnounceMode,
  Clock,
  FrameChannel,
  FrameDirection,
  FrameGrant,
  GuestIdentity,
  HeraldError,
  NicDescriptor,
} from '@nic-herald/core';
import { portKey } from '@nic-herald/core/internal';
import { channelProblem } from './channel-problem.js';
import { closeQuietly } from './close-quietly.js';
import { SerialQueue } from './serial-queue.js';
import type { GuestWays, NicChannel, SinkRegistry } from './sink-registry.js';

interface OpenChannel {
  /** By `portKey`. */
  readonly port: string;
  readonly sink: string;
  readonly channel: FrameChannel;
  readonly grant?: FrameGrant;
  readonly problems: readonly HeraldError[];
}

/** The channels of a guest for one announcement, which has one mode from its first frame to its last. */
export interface GuestChannels {
  readonly mode: AnnounceMode;
  /**
   * The way for a NIC, opened anew where there is none yet or the port is no longer the same. Rejects only
   * with HERALD_CANCELLED, after the set's `close`.
   */
  for(nic: NicDescriptor, direction: FrameDirection): Promise<NicChannel>;
}

/** The open channels of one NIC and direction, by mode, and what is asked of them. */
interface Way {
  readonly open: Map<AnnounceMode, OpenChannel>;
  readonly queue: SerialQueue;
}

/** By NIC id. */
type Ways = Map<string, Way>;

/**
 * The open channels of one guest's NICs, kept from one plan to the next: opening and closing a socket is
 * slow, and a guest may resume at any moment. What is asked of a NIC and a direction is done one thing after another,
 * so that two plans in the making never open one port twice; a sink that hangs there holds up no other.
 */
export class ChannelSet {
  private readonly ways: Readonly<Record<FrameDirection, Ways>> = {
    'from-guest': new Map(),
    'to-guest': new Map(),
  };
  private isClosed = false;

  constructor(
    private readonly guest: GuestIdentity,
    private readonly sinks: SinkRegistry,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {}

  /** The channels by the guest's policy of now. Throws what the policy throws. */
  now(): GuestChannels {
    const ways = this.sinks.waysOf(this.guest);
    return { mode: ways.mode, for: (nic, direction) => this.channel(ways, nic, direction) };
  }

  private channel(ways: GuestWays, nic: NicDescriptor, direction: FrameDirection): Promise<NicChannel> {
    const { open, queue } = this.wayOf(nic.id, direction);
    return queue.run(async () => {
      const known = open.get(ways.mode);
      if (known !== undefined) {
        if (
          nic.port !== undefined &&
          known.port === portKey(nic.port) &&
          (await this.isReady(nic, known.channel))
        )
          return known;
        open.delete(ways.mode);
        await closeQuietly(known.channel, this.clock);
      }
      const opened = await ways.open(nic, direction, this.signal);
      if ('channel' in opened && nic.port !== undefined) {
        open.set(ways.mode, { port: portKey(nic.port), ...opened });
      }
      return opened;
    });
  }

  /** Closes what is open, after what was asked for before. It opens again on demand. */
  async release(): Promise<void> {
    await Promise.all(this.all.map(({ open, queue }) => queue.run(() => this.closeAll(open))));
  }

  /** Closes all for good; what fails to close is left to the sink's own close. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all(
      this.all.map(async ({ open, queue }) => {
        await queue.close();
        await this.closeAll(open);
      }),
    );
  }

  private get all(): readonly Way[] {
    return Object.values(this.ways).flatMap((ways) => [...ways.values()]);
  }

  private wayOf(nic: string, direction: FrameDirection): Way {
    const ways = this.ways[direction];
    const known = ways.get(nic);
    if (known !== undefined) return known;
    const way: Way = { open: new Map(), queue: new SerialQueue('the channels of the guest') };
    if (this.isClosed) void way.queue.close();
    ways.set(nic, way);
    return way;
  }

  private async isReady(nic: NicDescriptor, channel: FrameChannel): Promise<boolean> {
    return (await channelProblem(nic.id, channel, this.clock)) === undefined;
  }

  private async closeAll(open: Map<AnnounceMode, OpenChannel>): Promise<void> {
    const channels = [...open.values()];
    open.clear();
    await Promise.all(channels.map(({ channel }) => closeQuietly(channel, this.clock)));
  }
}
