import {
  asHeraldError,
  type HeraldError,
  type Port,
  type PortLearner,
  type StationLearner,
} from '@nic-herald/core';

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

  constructor(learners: readonly StationLearner[]) {
    this.learners = [...learners].sort((a, b) => b.preference - a.preference || (a.name < b.name ? -1 : 1));
  }

  /** Starts learning at a port with the first learner that can. Never rejects. */
  async open(port: Port): Promise<OpenedLearner> {
    const problems: HeraldError[] = [];
    for (const learner of this.learners) {
      try {
        if (!learner.supports(port)) continue;
        return { learning: { learner: learner.name, port: await learner.open(port) }, problems };
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error);
        problems.push(
          asHeraldError(
            error,
            'HERALD_LEARNER_FAULT',
            `${learner.name} cannot learn at ${port.name}: ${words}`,
            {
              port: port.name,
              learner: learner.name,
            },
          ),
        );
      }
    }
    return { problems };
  }
}
