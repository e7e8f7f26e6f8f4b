import {
  asHeraldError,
  type Clock,
  type HeraldError,
  messageOf,
  type Port,
  type PortLearner,
  type StationLearner,
} from '@nic-herald/core';
import { portKey } from '@nic-herald/core/internal';
import { withDeadline } from '../announce/deadline.js';
import { openWithin } from '../announce/open-within.js';
import { havingMethods } from '../ports/having-methods.js';
import { rankedClaims } from '../ports/ranked-claims.js';

/** How long a learner may take to open a port, ms. */
const OPEN_DEADLINE_MS = 2000;
/** How long it is waited for another guest to let go of a port, ms: it makes its reports first. */
const LEFT_DEADLINE_MS = 5000;

/** Learning at one port, by whom, and what was tried before. */
export interface OpenedLearner {
  /** Absent: nobody learns there. */
  readonly learning?: { readonly learner: string; readonly port: PortLearner };
  /** Why the learners asked before could not. */
  readonly problems: readonly HeraldError[];
}

/** The learners of a host. */
export class LearnerRegistry {
  /** Ports that somebody is about to leave, by `portKey`: a port has one learner, and who opens it waits until then. */
  private readonly beingLeft = new Map<string, Promise<void>>();

  constructor(
    private readonly learners: readonly StationLearner[],
    private readonly clock: Clock,
  ) {}

  /**
   * Starts learning at a port with the learner that claims it best and can; with one of those named in `last` only where no
   * other can. Never rejects.
   */
  async open(port: Port, last: ReadonlySet<string> = new Set()): Promise<OpenedLearner> {
    await this.whenLeft(port);
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

  /** The learners of these ports, by `portKey`, are about to be closed; `left` resolves when they are. */
  leaves(ports: Iterable<string>, left: Promise<void>): void {
    for (const port of ports) {
      this.beingLeft.set(port, left);
      void left.then(() => {
        if (this.beingLeft.get(port) === left) this.beingLeft.delete(port);
      });
    }
  }

  private async whenLeft(port: Port): Promise<void> {
    const left = this.beingLeft.get(portKey(port));
    if (left === undefined) return;
    const what = `waiting until ${port.name} is let go of`;
    await withDeadline(this.clock, LEFT_DEADLINE_MS, what, () => left).catch(() => {}); // opening it tells what is wrong
  }

  private openWith(learner: StationLearner, port: Port): Promise<PortLearner> {
    const what = `opening port ${port.name} by the learner ${learner.name}`;
    const open = async (signal: AbortSignal): Promise<PortLearner> =>
      havingMethods(await learner.open(port, { signal }), ['read', 'close']);
    return openWithin(this.clock, OPEN_DEADLINE_MS, what, open);
  }
}
