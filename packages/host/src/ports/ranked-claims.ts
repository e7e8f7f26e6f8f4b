import {
  asHeraldError,
  type Clock,
  HeraldError,
  messageOf,
  type Port,
  type PortClaim,
} from '@nic-herald/core';
import { withDeadline } from '../announce/deadline.js';

/** How long one claim may take, ms. */
const CLAIM_DEADLINE_MS = 1000;
const MOST_PREFERRED = 100;

/** Who claims a port, the best first, and what the others said. */
export interface RankedClaims<T> {
  readonly claimants: readonly T[];
  /** Why those who refused did, in words: `linux-tap: not a tap`. */
  readonly refusals: readonly string[];
  /** Those who could not be asked. */
  readonly problems: readonly HeraldError[];
}

/** Something that claims ports: a sink or a learner. */
export interface Claimant {
  readonly name: string;
}

/**
 * Asks all of them at once how well each can serve a port. The order in which they were installed does not matter: the
 * higher preference comes first, of two equal ones the name. One that throws, is silent or talks nonsense costs only
 * itself the port. Rejects with HERALD_CANCELLED alone.
 */
export const rankedClaims = async <T extends Claimant>(
  all: readonly T[],
  port: Port,
  what: 'sink' | 'learner',
  claim: (of: T, signal: AbortSignal) => Promise<PortClaim>,
  clock: Clock,
  outer?: AbortSignal,
): Promise<RankedClaims<T>> => {
  const asked = await Promise.all(
    all.map(async (each) => {
      try {
        const question = `asking the ${what} ${each.name} about port ${port.name}`;
        const answer = await withDeadline(
          clock,
          CLAIM_DEADLINE_MS,
          question,
          async (signal) => claim(each, signal),
          outer,
        );
        return { each, answer: soundClaim(answer) };
      } catch (error) {
        const message = `the ${what} ${each.name} cannot say whether it serves port ${port.name}: ${messageOf(error)}`;
        return {
          each,
          problem: asHeraldError(error, faultOf(what), message, { port: port.name, [what]: each.name }),
        };
      }
    }),
  );
  if (outer?.aborted)
    throw new HeraldError('HERALD_CANCELLED', `asking about port ${port.name} was cancelled`);
  const claims = asked.flatMap(({ each, answer }) =>
    answer !== undefined && 'preference' in answer ? [{ each, preference: answer.preference }] : [],
  );
  return {
    claimants: claims
      .sort((a, b) => b.preference - a.preference || (a.each.name < b.each.name ? -1 : 1))
      .map(({ each }) => each),
    refusals: asked.flatMap(({ each, answer }) =>
      answer !== undefined && 'refusal' in answer ? [`${each.name}: ${answer.refusal}`] : [],
    ),
    problems: asked.flatMap(({ problem }) => (problem === undefined ? [] : [problem])),
  };
};

const faultOf = (what: 'sink' | 'learner') =>
  what === 'sink' ? 'HERALD_SINK_FAULT' : 'HERALD_LEARNER_FAULT';

/** Claims are another's words. Throws where one is neither a preference nor a refusal. */
const soundClaim = (claim: unknown): PortClaim => {
  const { preference, refusal } = (claim ?? {}) as { preference?: unknown; refusal?: unknown };
  if (typeof refusal === 'string') return { refusal: refusal.slice(0, 200) };
  if (typeof preference === 'number' && preference >= 0 && preference <= MOST_PREFERRED)
    return { preference };
  throw new Error(`it answered neither a preference from 0 to ${MOST_PREFERRED} nor a refusal`);
};
