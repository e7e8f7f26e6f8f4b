import type { Clock, FrameChannel, NicDescriptor } from '@nic-herald/core';
import { channelProblem } from './channel-problem.js';
import { SerialQueue } from './serial-queue.js';
import type { NicChannel, SinkRegistry } from './sink-registry.js';

/**
 * The open channels of one guest's NICs, kept from one plan to the next: opening and closing a socket is
 * slow, and a guest may resume at any moment. What is asked of it is done one thing after another, so that
 * two plans in the making never open one port twice.
 */
export class ChannelSet {
  private readonly queue = new SerialQueue('the channels of the guest');
  private readonly open = new Map<
    string,
    { readonly port: string; readonly sink: string; readonly channel: FrameChannel }
  >();

  constructor(
    private readonly sinks: SinkRegistry,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * The way for a NIC, opened anew where there is none yet or the port is no longer the same. Rejects only
   * with HERALD_CANCELLED, after `close`.
   */
  for(nic: NicDescriptor): Promise<NicChannel> {
    return this.queue.run(async () => {
      const known = this.open.get(nic.id);
      if (known !== undefined) {
        if (known.port === nic.port?.name && (await this.isReady(nic, known.channel))) return known;
        this.open.delete(nic.id);
        await closeQuietly(known.channel);
      }
      const opened = await this.sinks.open(nic, this.signal);
      if ('channel' in opened && nic.port !== undefined) {
        this.open.set(nic.id, { port: nic.port.name, sink: opened.sink, channel: opened.channel });
      }
      return opened;
    });
  }

  /** Closes what is open, after what was asked for before. It opens again on demand. */
  release(): Promise<void> {
    return this.queue.run(() => this.closeAll());
  }

  /** Closes all for good; what fails to close is left to the sink's own close. */
  async close(): Promise<void> {
    await this.queue.close();
    await this.closeAll();
  }

  private async isReady(nic: NicDescriptor, channel: FrameChannel): Promise<boolean> {
    return (await channelProblem(nic.id, channel, this.clock)) === undefined;
  }

  private async closeAll(): Promise<void> {
    const channels = [...this.open.values()];
    this.open.clear();
    await Promise.all(channels.map(({ channel }) => closeQuietly(channel)));
  }
}

const closeQuietly = async (channel: FrameChannel): Promise<void> => {
  try {
    await channel.close();
  } catch {
    // The sink's own close gives everything back.
  }
};
