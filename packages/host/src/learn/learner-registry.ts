import {
  asHeraldError,
  type Clock,
  type HeraldError,
  messageOf,
  type Port,
  type PortLearner,
  type StationLearner,
} from '@nic-herald/core';
import { openWithin } from '../announce/open-within.js';
import { havingMethods } from '../ports/having-methods.js';
import { rankedClaims } from '../ports/ranked-claims.js';

/** How long a learner may take to open a port, ms. */
const OPEN_DEADLINE_MS = 2000;

/** Learning at one port, by whom, and what was tried before. */
export interface OpenedLearner {
  /** Absent: nobody learns there. */
  readonly learning?: { readonly learner: string; readonly port: PortLearner };
  /** Why the learners asked before could not. */
  readonly problems: readonly HeraldError[];
}

/** The learners of a host. */
export class LearnerRegistry {
  constructor(
    private readonly learners: readonly StationLearner[],
    private readonly clock: Clock,
  ) {}

  /**
   * Starts learning at a port with the learner that claims it best and can; with one of those named in `last` only where no
   * other can. Never rejects.
   */
  async open(port: Port, last: ReadonlySet<string> = new Set()): Promise<OpenedLearner> {
    const ranked = await rankedClaims(
      this.learners,
      port,
      'learner',
      (learner, signal) => learner.claim(port, { signal }),
      this.clock,
    );
    const problems = [...ranked.problems];
    const isLast = ({ name }: StationLearner): boolean => last.has(name);
    const inTurn = [...ranked.claimants.filter((each) => !isLast(each)), ...ranked.claimants.filter(isLast)];
    for (const learner of inTurn) {
      try {
        const opened = await this.openWith(learner, port);
        return { learning: { learner: learner.name, port: opened }, problems };
      } catch (error) {
        const message = `${learner.name} cannot learn at ${port.name}: ${messageOf(error)}`;
        const details = { port: port.name, learner: learner.name };
        problems.push(asHeraldError(error, 'HERALD_LEARNER_FAULT', message, details));
      }
    }
    return { problems };
  }

  private openWith(learner: StationLearner, port: Port): Promise<PortLearner> {
    const what = `opening port ${port.name} by the learner ${learner.name}`;
    const open = async (signal: AbortSignal): Promise<PortLearner> =>
      havingMethods(await learner.open(port, { signal }), ['read', 'close']);
    return openWithin(this.clock, OPEN_DEADLINE_MS, what, open);
  }
}
