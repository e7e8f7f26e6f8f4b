import type { Clock, FrameChannel, FrameDirection, NicDescriptor } from '@nic-herald/core';
import { channelProblem } from './channel-problem.js';
import { SerialQueue } from './serial-queue.js';
import type { NicChannel, SinkRegistry } from './sink-registry.js';

interface OpenChannel {
  readonly port: string;
  readonly sink: string;
  readonly channel: FrameChannel;
}

/** The open channels of one direction, by NIC id, and what is asked of them. */
interface Way {
  readonly open: Map<string, OpenChannel>;
  readonly queue: SerialQueue;
}

const way = (): Way => ({ open: new Map(), queue: new SerialQueue('the channels of the guest') });

/**
 * The open channels of one guest's NICs, kept from one plan to the next: opening and closing a socket is
 * slow, and a guest may resume at any moment. What is asked of a direction is done one thing after another, so
 * that two plans in the making never open one port twice; a sink that hangs in one does not hold up the other.
 */
export class ChannelSet {
  private readonly ways: Readonly<Record<FrameDirection, Way>> = { 'from-guest': way(), 'to-guest': way() };

  constructor(
    private readonly sinks: SinkRegistry,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * The way for a NIC, opened anew where there is none yet or the port is no longer the same. Rejects only
   * with HERALD_CANCELLED, after `close`.
   */
  for(nic: NicDescriptor, direction: FrameDirection): Promise<NicChannel> {
    const { open, queue } = this.ways[direction];
    return queue.run(async () => {
      const known = open.get(nic.id);
      if (known !== undefined) {
        if (known.port === nic.port?.name && (await this.isReady(nic, known.channel))) return known;
        open.delete(nic.id);
        await closeQuietly(known.channel);
      }
      const opened = await this.sinks.open(nic, direction, this.signal);
      if ('channel' in opened && nic.port !== undefined) {
        open.set(nic.id, { port: nic.port.name, sink: opened.sink, channel: opened.channel });
      }
      return opened;
    });
  }

  /** Closes what is open, after what was asked for before. It opens again on demand. */
  async release(): Promise<void> {
    await Promise.all(Object.values(this.ways).map(({ open, queue }) => queue.run(() => closeAll(open))));
  }

  /** Closes all for good; what fails to close is left to the sink's own close. */
  async close(): Promise<void> {
    await Promise.all(
      Object.values(this.ways).map(async ({ open, queue }) => {
        await queue.close();
        await closeAll(open);
      }),
    );
  }

  private async isReady(nic: NicDescriptor, channel: FrameChannel): Promise<boolean> {
    return (await channelProblem(nic.id, channel, this.clock)) === undefined;
  }
}

const closeAll = async (open: Map<string, OpenChannel>): Promise<void> => {
  const channels = [...open.values()];
  open.clear();
  await Promise.all(channels.map(({ channel }) => closeQuietly(channel)));
};

const closeQuietly = async (channel: FrameChannel): Promise<void> => {
  try {
    await channel.close();
  } catch {
    // The sink's own close gives everything back.
  }
};
