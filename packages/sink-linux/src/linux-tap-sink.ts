import {
  type ChannelHealth,
  type Clock,
  type ErrorCode,
  type FrameChannel,
  type FrameDirection,
  type FrameSink,
  HeraldError,
  type HostService,
  messageOf,
  type Port,
  type PortClaim,
  type SinkOptions,
  type SinkState,
} from '@nic-herald/core';
import { openPacketSocket, type PacketSocketOptions } from '@nic-herald/linux-sys';
import { AttachedPorts } from './attached-ports.js';
import { Injector } from './injector.js';
import { InjectorKeeper } from './injector-keeper.js';
import { KernelGrant } from './kernel-grant.js';
import { KernelTrigger, type KernelTriggerOptions } from './kernel-trigger.js';
import type { LinuxSinkOptions } from './linux-sink-options.js';
import { PortChannel } from './port-channel.js';
import { portHealth } from './port-health.js';

const CLAIM: PortClaim = { preference: 60, reason: "at the tap itself, as the guest's own frames" };

const MACVTAP_CLAIM: PortClaim = {
  preference: 60,
  reason: "on the macvtap itself, as the guest's own frames",
};

const UNAVAILABLE: ErrorCode = 'HERALD_TRIGGER_UNAVAILABLE';

/**
 * Puts frames through the taps and macvtaps of this host. From the guest: injected where a tap's own frames come in, so
 * that the bridge learns and floods as if the guest had sent them. To the guest: sent on the tap. A macvtap is the other way about:
 * what is sent on it leaves by the card below, and the guest gets what comes in at it.
 */
export class LinuxTapSink implements FrameSink, HostService {
  readonly name = 'linux-tap';
  private injector: Injector | undefined;
  private keeper: InjectorKeeper | undefined;
  private readonly attached = new AttachedPorts();
  private readonly listeners = new Set<(state: SinkState) => void>();
  private trigger: KernelTrigger | { readonly refusal: string } = { refusal: 'the sink has not started' };
  /** What the kernel may send by itself. */
  readonly grant = new KernelGrant(() =>
    this.trigger instanceof KernelTrigger ? this.trigger.maps.grants : undefined,
  );

  /** The options but `inKernel` are for tests, and for a kernel whose tcx cannot be trusted. */
  constructor(
    private readonly clock: Pick<Clock, 'now' | 'elapsed' | 'setTimer'>,
    private readonly options: KernelTriggerOptions & Pick<LinuxSinkOptions, 'inKernel'> = {},
  ) {}

  /** Whether the kernel can send by itself here, and if not, why. */
  get kernelPath(): { readonly armedPorts: number; readonly alone?: string } | { readonly refusal: string } {
    const { trigger } = this;
    return trigger instanceof KernelTrigger ? { armedPorts: trigger.armedPorts, ...trigger.means } : trigger;
  }

  /** Rejects as `Injector.open` throws: HERALD_SINK_BUSY, HERALD_SINK_NAME_TAKEN, HERALD_SINK_UNAVAILABLE. */
  async start(): Promise<void> {
    if (this.injector !== undefined) return;
    this.injector = Injector.open();
    this.keeper = new InjectorKeeper(this.injector, this.clock, (state) => {
      for (const listener of this.listeners) listener(state);
    });
    this.trigger = this.openTrigger(this.injector);
  }

  async claim(port: Port): Promise<PortClaim> {
    if (port.kind === 'macvtap') return MACVTAP_CLAIM;
    return port.kind === 'tap' ? CLAIM : { refusal: 'neither a tap nor a macvtap' };
  }

  /**
   * Rejects with HERALD_PORT_MISSING, with HERALD_SINK_LOST where the injector is broken and cannot be repaired now, or
   * HERALD_SYSTEM_CALL where a socket cannot be opened.
   */
  async open(port: Port, { direction }: Pick<SinkOptions, 'direction'>): Promise<FrameChannel> {
    const { injector } = this.started();
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
    this.attached.note(link.index, link);
    const look = (): ChannelHealth => this.health(port, link.index, direction);
    const isMacvtap = port.kind === 'macvtap';
    if ((direction === 'to-guest') !== isMacvtap)
      return new PortChannel(openPacketSocket(sentOn(link.index, isMacvtap)), look);
    const problem = this.lost();
    if (problem !== undefined) throw new HeraldError(problem.code, problem.message);
    const { socket, tally } = injector.inject(link.index);
    const { index } = link;
    const isLost = (): boolean => !look().ready;
    const noticed = { ...tally, lost: () => this.noticing(tally.lost()) };
    if (this.options.inKernel === false || isMacvtap) return new PortChannel(socket, look, noticed);
    return new PortChannel(socket, look, noticed, (batch, request) =>
      this.trigger instanceof KernelTrigger
        ? this.trigger.arm({ index, isLost }, batch, request)
        : { code: UNAVAILABLE, refusal: this.trigger.refusal },
    );
  }

  /** Tells where somebody breaks the injector, and when it is repaired. */
  watch(told: (state: SinkState) => void): () => void {
    const listener = (state: SinkState): void => told(state);
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    const { injector, keeper } = this;
    this.injector = undefined;
    this.keeper = undefined;
    keeper?.close();
    if (this.trigger instanceof KernelTrigger) this.trigger.close();
    this.trigger = { refusal: 'the sink is closed' };
    injector?.close();
  }

  /** Where it cannot be had, frames are sent as without it. */
  private openTrigger(injector: Injector): KernelTrigger | { readonly refusal: string } {
    if (this.options.inKernel === false) return { refusal: 'inKernel is false' };
    try {
      return KernelTrigger.open(() => injector.ends, this.clock, this.options);
    } catch (error) {
      return { refusal: `this kernel does not let announcements leave by themselves: ${messageOf(error)}` };
    }
  }

  private health(port: Port, index: number, direction: FrameDirection): ChannelHealth {
    const { injector } = this.started();
    const isInjected = (direction === 'to-guest') === (port.kind === 'macvtap');
    const problem = isInjected ? this.lost() : undefined;
    if (problem !== undefined) return problem;
    const link = injector.find({ index });
    this.attached.note(index, link);
    return portHealth(port.name, link, direction, this.attached.has(index));
  }

  /** Looks at the injector, and repairs it where that can be done now. */
  private lost(): Extract<ChannelHealth, { readonly ready: false }> | undefined {
    const fault = this.started().keeper.look();
    if (fault === undefined) return undefined;
    return { ready: false, code: 'HERALD_SINK_LOST', message: `${fault}; it is tried again soon` };
  }

  /** Frames that were lost tell of a break before the next look would. */
  private noticing(lost: number | undefined): number | undefined {
    if (lost !== undefined && lost > 0) this.keeper?.suspect();
    return lost;
  }

  private started(): { readonly injector: Injector; readonly keeper: InjectorKeeper } {
    const { injector, keeper } = this;
    if (injector !== undefined && keeper !== undefined) return { injector, keeper };
    throw new HeraldError(
      'HERALD_SINK_CLOSED',
      'the linux-tap sink is used before it started or after it closed',
    );
  }
}

/** On a macvtap frames carry the mark by which a learner tells them from the guest's, as those that are injected do. */
const sentOn = (ifindex: number, isMarked: boolean): PacketSocketOptions => ({
  ifindex,
  ...(isMarked && { mark: ifindex }),
});
