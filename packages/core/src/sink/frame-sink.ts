import { type MultiToken, multiToken } from '../di/injection.js';
import type { ErrorCode } from '../herald-error.js';
import type { PartState } from '../host/part-health.js';
import type { Port } from '../port/port.js';
import type { PortClaim } from '../port/port-claim.js';
import type { ArmedFrames, ArmRefusal, ArmRequest, FrameGrant } from './armed-frames.js';
import type { FrameBatch } from './frame-batch.js';

/** `from-guest`: onto the network as if the guest had sent it. `to-guest`: into the guest's receive queue. */
export type FrameDirection = 'from-guest' | 'to-guest';

/** What became of one sending. */
export interface SendResult {
  /** Frames the system took. It may still drop them: a downed port takes and drops without a word. */
  readonly accepted: number;
  /** The first refusal, in words with the system's own error name; absent where all were taken. */
  readonly failure?: string;
}

/** Whether frames handed to a channel would reach the network now. */
export type ChannelHealth =
  | { readonly ready: true }
  | { readonly ready: false; readonly code: ErrorCode; readonly message: string };

/** A batch made ready for one channel. */
export interface PreparedBatch {
  /**
   * The hot path: hands frames to the system, one call per 1024 frames at most. Never throws; waits some
   * milliseconds at most where the system's own queue is full, then leaves the rest. `first` counts from 0 and
   * `count` says how many follow; without them it sends all. What lies beyond the batch is left out.
   */
  send(first?: number, count?: number): SendResult;
  /**
   * Lets leading frames of the batch leave by themselves when the hypervisor announces the guest at this port: nothing of ours leaves
   * before its own frame, and that one is neither changed, lost nor sent later. Never twice, and not once the process has been
   * dead or stuck for some seconds. A port has one armed batch at a time. Absent: the sink cannot do this. Never throws.
   */
  arm?(request: ArmRequest): ArmedFrames | ArmRefusal;
}

/** An open way through one port. */
export interface FrameChannel {
  /** Does everything that sending needs beforehand; the batch must not be written to afterwards. */
  prepare(batch: FrameBatch): PreparedBatch;
  /** Looks at the port. Off the hot path: a send to a port that went away reports no error. */
  health(options: { readonly signal: AbortSignal }): Promise<ChannelHealth>;
  /**
   * How many of the frames that it accepted since it was opened did not leave, by what the sink itself counted: 0 and up,
   * and never less than before. `undefined` where that is not known now; absent: the sink cannot tell. Quick, and called
   * once frames are out, not on the hot path. Never throws, also when closed.
   */
  lost?(): number | undefined;
  close(): Promise<void>;
}

/** What a sink tells of itself, for people. */
export type SinkState = PartState;

/** What goes with each question to a sink. */
export interface SinkOptions {
  readonly direction: FrameDirection;
  /** Aborted when nobody waits for the answer any longer. */
  readonly signal: AbortSignal;
}

/** Puts frames through ports. May have `start` and `close`, see `HostService`. */
export interface FrameSink {
  /** Unique on a host: `linux-tap`. */
  readonly name: string;
  /** How well it can send through a port in a direction. The best one is asked to open it, then the next. */
  claim(port: Port, options: SinkOptions): Promise<PortClaim>;
  /** Opens a channel. Rejects with a HeraldError where the port is missing or the system refuses; the next sink is then tried. */
  open(port: Port, options: SinkOptions): Promise<FrameChannel>;
  /**
   * Tells once that it can send through no port any more, and once that it can again; not how it is at first. What lies
   * ready is then made ready anew, and what did not leave is sent again. A sink that mends itself tells both. Gives the
   * way to stop, after which nothing is told. Never throws. May be called again.
   */
  watch?(told: (state: SinkState) => void): () => void;
  /** Of a sink that can arm: what its armed frames draw from. Nothing is lent at first. */
  readonly grant?: FrameGrant;
}

/** The sinks of a host; a port is given the one that claims it best. */
export const FRAME_SINK: MultiToken<FrameSink> = multiToken<FrameSink>('core/frame-sink');
