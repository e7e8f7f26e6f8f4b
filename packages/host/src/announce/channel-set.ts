import type { FrameChannel, NicDescriptor } from '@nic-herald/core';
import type { NicChannel, SinkRegistry } from './sink-registry.js';

/**
 * The open channels of one guest's NICs, kept from one plan to the next: opening and closing a socket is
 * slow, and a guest may resume at any moment.
 */
export class ChannelSet {
  private readonly open = new Map<
    string,
    { readonly port: string; readonly sink: string; readonly channel: FrameChannel }
  >();

  constructor(private readonly sinks: SinkRegistry) {}

  /** The way for a NIC, opened anew where there is none yet or the port is no longer the same. Never rejects. */
  async for(nic: NicDescriptor): Promise<NicChannel> {
    const known = this.open.get(nic.id);
    if (known !== undefined) {
      if (known.port === nic.port?.name && (await isReady(known.channel))) return known;
      this.open.delete(nic.id);
      await closeQuietly(known.channel);
    }
    const opened = await this.sinks.open(nic);
    if ('channel' in opened && nic.port !== undefined) {
      this.open.set(nic.id, { port: nic.port.name, sink: opened.sink, channel: opened.channel });
    }
    return opened;
  }

  /** Closes all; what fails to close is left to the sink's own close. */
  async close(): Promise<void> {
    const channels = [...this.open.values()];
    this.open.clear();
    await Promise.all(channels.map(({ channel }) => closeQuietly(channel)));
  }
}

const isReady = async (channel: FrameChannel): Promise<boolean> => {
  try {
    return (await channel.health()).ready;
  } catch {
    return false;
  }
};

const closeQuietly = async (channel: FrameChannel): Promise<void> => {
  try {
    await channel.close();
  } catch {
    // The sink's own close gives everything back.
  }
};
