import {
  type ChannelHealth,
  type FrameChannel,
  type FrameDirection,
  type FrameSink,
  HeraldError,
  type HostService,
  type Port,
  type PortClaim,
  type SinkOptions,
} from '@nic-herald/core';
import { openPacketSocket } from '@nic-herald/linux-sys';
import { Injector } from './injector.js';
import { PortChannel } from './port-channel.js';
import { portHealth } from './port-health.js';

const CLAIM: PortClaim = { preference: 60, reason: "at the tap itself, as the guest's own frames" };

/**
 * Puts frames through the taps of this host. From the guest: injected where the tap's own frames come in, so
 * that the bridge learns and floods as if the guest had sent them. To the guest: sent on the tap.
 */
export class LinuxTapSink implements FrameSink, HostService {
  readonly name = 'linux-tap';
  private injector: Injector | undefined;

  /** Rejects as `Injector.open` throws: HERALD_SINK_BUSY, HERALD_SINK_NAME_TAKEN, HERALD_SINK_UNAVAILABLE. */
  async start(): Promise<void> {
    this.injector ??= Injector.open();
  }

  async claim(port: Port): Promise<PortClaim> {
    return port.kind === 'tap' ? CLAIM : { refusal: 'not a tap' };
  }

  /** Rejects with HERALD_PORT_MISSING, or HERALD_SYSTEM_CALL where a socket cannot be opened. */
  async open(port: Port, { direction }: Pick<SinkOptions, 'direction'>): Promise<FrameChannel> {
    const injector = this.started();
    const link = injector.find({ name: port.name });
    if (!link || (port.index !== undefined && port.index !== link.index)) {
      throw new HeraldError(
        'HERALD_PORT_MISSING',
        link
          ? `interface ${port.name} was removed and made again since its guest was looked at`
          : `there is no interface ${port.name} in this network namespace: run nic-herald where QEMU's taps are`,
        { details: { port: port.name } },
      );
    }
    const socket =
      direction === 'from-guest'
        ? injector.openSocket(link.index)
        : openPacketSocket({ ifindex: link.index });
    return new PortChannel(socket, () => this.health(port, link.index, direction));
  }

  async close(): Promise<void> {
    const injector = this.injector;
    this.injector = undefined;
    injector?.close();
  }

  private health(port: Port, index: number, direction: FrameDirection): ChannelHealth {
    const injector = this.started();
    const fault = direction === 'from-guest' ? injector.fault() : undefined;
    if (fault) {
      return {
        ready: false,
        code: 'HERALD_SINK_LOST',
        message: `${fault}: restart nic-herald to inject again`,
      };
    }
    return portHealth(port.name, injector.find({ index }), direction);
  }

  private started(): Injector {
    if (this.injector) return this.injector;
    throw new HeraldError(
      'HERALD_SINK_CLOSED',
      'the linux-tap sink is used before it started or after it closed',
    );
  }
}
