import { HeraldError } from '@nic-herald/core';

/** A fabric that follows RFC 7432 (section 15.1) takes a MAC that moves so often in this time, ms, for one that is in two places. */
const TOO_MANY = 5;
const WITHIN_MS = 180_000;

/**
 * Warns of a guest that is one move before that, by when it moved: ms since 1970 UTC, the newest last. A duplicate's routes
 * stay as they were, or are withdrawn: its next migration would cut it off. Absent where there is nothing to warn of. Pure.
 */
export const movedOften = (moves: readonly number[]): HeraldError | undefined => {
  const last = moves.at(-1) ?? 0;
  const recent = moves.filter((at) => last - at < WITHIN_MS);
  if (recent.length < TOO_MANY - 1) return undefined;
  const [first = last] = recent.slice(1 - TOO_MANY);
  const waitMs = first + WITHIN_MS - last;
  return new HeraldError(
    'HERALD_MOVED_OFTEN',
    `it has moved ${recent.length} times within ${WITHIN_MS / 1000} s. EVPN fabrics take a MAC that moves ${TOO_MANY} times in that time for a duplicate and may no longer route to it: wait ${Math.ceil(waitMs / 1000)} s before it is migrated again; where it is a duplicate already, clear it at the leaves`,
    { details: { moves: recent.length, withinMs: WITHIN_MS, waitMs } },
  );
};
