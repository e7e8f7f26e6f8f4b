import { type ProofSection, roundedMs } from '@nic-herald/core/internal';

/** What the notes of the host that a guest left come to. */
export interface SourceTimes {
  /** From STOP to the first frame of the announcement that came in there, ms by that host. */
  readonly heardMs: number;
  /** STOP was no later, by this host's `Clock.elapsed`: a note that says how long ago it was had been read by then. */
  readonly stoppedBy: number;
}

/** The same move here, by `Clock.elapsed`. */
export interface OwnTimes {
  readonly resumedAt: number;
  /** When the first frame of the announcement left. */
  readonly firstFrameAt: number;
}

/** Where it cannot be said better than within this, nothing is, ms from the earliest to the latest. */
const MOST_BETWEEN_MS = 100;
/** No guest stands still for longer, ms: what says so is wrong. */
const MOST_AGO_MS = 3_600_000;
/** A hypervisor's stamps and an agent's clock agree within this on one host, ms; see `Clock.now`. */
const STAMPS_APART_MS = 0.1;

/**
 * How long before RESUME a guest was stopped at another host, whose clock may be any other: each host only measures how long something took.
 * The announcement was heard there no earlier than it left here, so STOP was no earlier than that less what had passed there since. It was no
 * later than a note of it had been read, less what had passed when that was written; and a guest stops before it goes on.
 * `undefined` where the two are too far apart, or contradict each other.
 */
export const stopTime = (
  { heardMs, stoppedBy }: SourceTimes,
  { resumedAt, firstFrameAt }: OwnTimes,
): ProofSection['stop'] => {
  const earliest = firstFrameAt - heardMs;
  const latest = Math.min(stoppedBy, resumedAt);
  const between = latest - earliest;
  if (!(between >= 0 && between <= MOST_BETWEEN_MS)) return undefined;
  const agoMs = resumedAt - (earliest + latest) / 2;
  if (agoMs > MOST_AGO_MS) return undefined;
  return { agoMs: roundedMs(agoMs), errorMs: roundedMs(between / 2 + STAMPS_APART_MS) };
};
