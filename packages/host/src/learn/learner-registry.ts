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

/** How long a learner may take to open a port, ms. */
const OPEN_DEADLINE_MS = 2000;

/** Learning at one port, by whom, and what was tried before. */
export interface OpenedLearner {
  /** Absent: nobody learns there. */
  readonly learning?: { readonly learner: string; readonly port: PortLearner };
  /** Why the learners asked before could not. */
  readonly problems: readonly HeraldError[];
}

/** The learners of a host, the preferred ones first. */
export class LearnerRegistry {
  private readonly learners: readonly StationLearner[];

  constructor(
    learners: readonly StationLearner[],
    private readonly clock: Clock,
  ) {
    this.learners = [...learners].sort((a, b) => b.preference - a.preference || (a.name < b.name ? -1 : 1));
  }

  /** Starts learning at a port with the first learner that can. Never rejects. */
  async open(port: Port): Promise<OpenedLearner> {
    const problems: HeraldError[] = [];
    for (const learner of this.learners) {
      try {
        if (!learner.supports(port)) continue;
        const opened = await this.openWith(learner, port);
        return { learning: { learner: learner.name, port: opened }, problems };
      } catch (error) {
        const words = messageOf(error);
        const message = `${learner.name} cannot learn at ${port.name}: ${words}`;
        const details = { port: port.name, learner: learner.name };
        problems.push(asHeraldError(error, 'HERALD_LEARNER_FAULT', message, details));
      }
    }
    return { problems };
  }

  private openWith(learner: StationLearner, port: Port): Promise<PortLearner> {
    const what = `opening port ${port.name} by the learner ${learner.name}`;
    return openWithin(this.clock, OPEN_DEADLINE_MS, what, () => learner.open(port));
  }
}
