import {
  type AnnounceMode,
  type AnnouncePolicy,
  asHeraldError,
  type Clock,
  type FrameChannel,
  type FrameDirection,
  type FrameSink,
  type GuestIdentity,
  HeraldError,
  messageOf,
  type NicDescriptor,
  type Port,
} from '@nic-herald/core';
import { announceMode } from './announce-mode.js';
import { observingChannel } from './observing-channel.js';
import { openWithin } from './open-within.js';

/** How long a sink may take to open a port, ms. */
const OPEN_DEADLINE_MS = 5000;

/** An open way for one NIC's frames, or why there is none. */
export type NicChannel =
  | { readonly sink: string; readonly channel: FrameChannel }
  | { readonly sink?: string; readonly problem: HeraldError };

/** The ports of one guest, as the policy let them be used when this was asked for. */
export interface GuestWays {
  /** Under `observe` no frame leaves through what is opened here. */
  readonly mode: AnnounceMode;
  /** Opens the way through a NIC's port: onto the network, or to the guest. Never rejects. */
  open(nic: NicDescriptor, direction: FrameDirection, signal?: AbortSignal): Promise<NicChannel>;
}

/**
 * The sinks of a host. Whoever sends gets its channels here and nowhere else, so this is the one place where a
 * guest's mode is read and kept.
 */
export class SinkRegistry {
  constructor(
    private readonly sinks: readonly FrameSink[],
    private readonly clock: Clock,
    private readonly policy: Pick<AnnouncePolicy, 'forGuest'>,
  ) {}

  /** The ways of a guest by its policy of now; they stay so whatever the policy says later. Throws what the policy throws. */
  waysOf(guest: GuestIdentity): GuestWays {
    const mode = announceMode(this.policy.forGuest(guest));
    return {
      mode,
      open: async (nic, direction, signal) => {
        const way = await this.open(nic, direction, signal);
        return mode === 'announce' || !('channel' in way)
          ? way
          : { ...way, channel: observingChannel(way.channel) };
      },
    };
  }

  private async open(
    nic: NicDescriptor,
    direction: FrameDirection,
    signal?: AbortSignal,
  ): Promise<NicChannel> {
    const { port } = nic;
    if (port === undefined) {
      return {
        problem: new HeraldError(
          'HERALD_NIC_NO_PORT',
          `${nic.id}: its port is not known (${nic.portProblem ?? 'the monitor did not say'}); nothing can be announced for it`,
          { details: { nic: nic.id } },
        ),
      };
    }
    let sink: FrameSink | undefined;
    try {
      sink = this.sinks.find((each) => each.supports(port, direction));
      if (sink !== undefined) {
        const channel = await this.openThrough(sink, port, direction, signal);
        return { sink: sink.name, channel };
      }
    } catch (error) {
      const by = sink === undefined ? 'a sink' : `the sink ${sink.name}`;
      const problem = asHeraldError(
        error,
        'HERALD_SINK_FAULT',
        `${nic.id}: ${by} could not open port ${port.name}: ${messageOf(error)}`,
        { nic: nic.id, port: port.name },
      );
      return sink === undefined ? { problem } : { sink: sink.name, problem };
    }
    return {
      problem: new HeraldError(
        'HERALD_NIC_NO_SINK',
        `${nic.id}: no sink of this host can send ${direction === 'to-guest' ? 'to the guest ' : ''}through its port ${port.name} of kind ${port.kind}`,
        { details: { nic: nic.id, port: port.name, kind: port.kind } },
      ),
    };
  }

  private openThrough(
    sink: FrameSink,
    port: Port,
    direction: FrameDirection,
    outer: AbortSignal | undefined,
  ): Promise<FrameChannel> {
    const what = `opening port ${port.name} by the sink ${sink.name}`;
    return openWithin(this.clock, OPEN_DEADLINE_MS, what, () => sink.open(port, direction), outer);
  }
}
