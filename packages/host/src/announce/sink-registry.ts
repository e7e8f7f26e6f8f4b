import {
  type AnnounceMode,
  type AnnouncePolicy,
  asHeraldError,
  type Clock,
  type FrameChannel,
  type FrameDirection,
  type FrameGrant,
  type FrameSink,
  type GuestIdentity,
  HeraldError,
  messageOf,
  type NicDescriptor,
  type Port,
  type PortClaim,
} from '@nic-herald/core';
import { havingMethods } from '../ports/having-methods.js';
import { portless } from '../ports/portless.js';
import { type RankedClaims, rankedClaims } from '../ports/ranked-claims.js';
import { announceMode } from './announce-mode.js';
import { observingChannel } from './observing-channel.js';
import { openWithin } from './open-within.js';

/** How long a sink may take to open a port, ms. */
const OPEN_DEADLINE_MS = 5000;
/** Most sinks whose reasons not to serve a port are told. */
const MAX_REFUSALS = 4;

/** An open way for one NIC's frames, or why there is none. */
export type NicChannel =
  | {
      readonly sink: string;
      readonly channel: FrameChannel;
      /** What armed frames of this sink draw from. */
      readonly grant?: FrameGrant;
      /** Why those that were preferred did not get it. */
      readonly problems: readonly HeraldError[];
    }
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
        const way = await this.open(guest, nic, direction, signal);
        return mode === 'announce' || !('channel' in way)
          ? way
          : { ...way, channel: observingChannel(way.channel) };
      },
    };
  }

  private async open(
    guest: GuestIdentity,
    nic: NicDescriptor,
    direction: FrameDirection,
    signal?: AbortSignal,
  ): Promise<NicChannel> {
    const { port } = nic;
    if (port === undefined) return { problem: portless(guest, nic) };
    const problems: HeraldError[] = [];
    const ranked = await this.ranked(port, direction, signal);
    if (ranked instanceof HeraldError) return { problem: ranked };
    for (const sink of ranked.claimants) {
      try {
        const channel = await this.openThrough(sink, port, direction, signal);
        const { name, grant } = sink;
        const given = grant === undefined ? {} : { grant };
        return { sink: name, channel, ...given, problems: [...ranked.problems, ...problems] };
      } catch (error) {
        const message = `${nic.id}: the sink ${sink.name} could not open port ${port.name}: ${messageOf(error)}`;
        problems.push(asHeraldError(error, 'HERALD_SINK_FAULT', message, { nic: nic.id, port: port.name }));
      }
    }
    const [problem = ranked.problems[0]] = problems;
    const [sink] = ranked.claimants;
    if (problem !== undefined) return { ...(sink === undefined ? {} : { sink: sink.name }), problem };
    const to = direction === 'to-guest' ? 'to the guest ' : '';
    const why = ranked.refusals.length === 0 ? '' : `; ${ranked.refusals.slice(0, MAX_REFUSALS).join('; ')}`;
    return {
      problem: new HeraldError(
        'HERALD_NIC_NO_SINK',
        `${nic.id}: no sink of this host can send ${to}through its port ${port.name} of kind ${port.kind}${why}`,
        { details: { nic: nic.id, port: port.name, kind: port.kind } },
      ),
    };
  }

  private async ranked(
    port: Port,
    direction: FrameDirection,
    signal: AbortSignal | undefined,
  ): Promise<RankedClaims<FrameSink> | HeraldError> {
    try {
      const claim = (sink: FrameSink, within: AbortSignal): Promise<PortClaim> =>
        sink.claim(port, { direction, signal: within });
      return await rankedClaims(this.sinks, port, 'sink', claim, this.clock, signal);
    } catch (error) {
      return asHeraldError(error, 'HERALD_SINK_FAULT', messageOf(error));
    }
  }

  private openThrough(
    sink: FrameSink,
    port: Port,
    direction: FrameDirection,
    outer: AbortSignal | undefined,
  ): Promise<FrameChannel> {
    const what = `opening port ${port.name} by the sink ${sink.name}`;
    const open = async (signal: AbortSignal): Promise<FrameChannel> =>
      havingMethods(await sink.open(port, { direction, signal }), ['prepare', 'health', 'close']);
    return openWithin(this.clock, OPEN_DEADLINE_MS, what, open, outer);
  }
}
