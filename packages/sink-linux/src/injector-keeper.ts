import { type CancelTimer, type Clock, messageOf, type SinkState } from '@nic-herald/core';
import type { Injector } from './injector.js';

/** How often the injector is looked at, ms. A look takes 0.1 ms. */
const LOOK_MS = 200;
/** Where it broke again so soon after it was repaired, ms, the next repair waits. */
const QUIET_MS = 60_000;
/** So long at first, ms, then twice as long each time. */
const FIRST_PAUSE_MS = 1000;
const MOST_PAUSE_MS = 30_000;

/**
 * Keeps the injector sound: looks at it now and then, and repairs it at once. Where somebody breaks it again and again,
 * it is repaired later each time, so that the two do not keep each other and the host's network at work.
 */
export class InjectorKeeper {
  private timer: CancelTimer = () => {};
  /** What is wrong, in words. */
  private lost: string | undefined;
  /** Why it could not be repaired when that was tried last. */
  private problem = '';
  private repairs = 0;
  private lastRepairAt = Number.NEGATIVE_INFINITY;
  private isClosed = false;

  constructor(
    private readonly injector: Pick<Injector, 'fault' | 'repair'>,
    private readonly clock: Pick<Clock, 'elapsed' | 'setTimer'>,
    /** Told once where it broke, and once when it works again. */
    private readonly tell: (state: SinkState) => void,
  ) {
    this.lookIn(LOOK_MS);
  }

  /** Looks now, and repairs what is broken. What is still wrong, in words; `undefined` where nothing is. Never throws. */
  look(): string | undefined {
    if (this.isClosed) return 'the sink is closed';
    const fault = this.fault();
    if (fault === undefined) {
      this.isBack('it works again');
      return undefined;
    }
    const isNews = this.lost === undefined;
    this.lost = fault;
    if (isNews)
      this.tell({
        ready: false,
        code: 'HERALD_SINK_LOST',
        message: `${fault} by somebody: no frame can be injected`,
      });
    if (!this.mayRepair()) return `${fault}${this.problem}`;
    try {
      this.injector.repair();
    } catch (error) {
      this.problem = `, and it could not be repaired: ${messageOf(error)}`;
      return `${fault}${this.problem}`;
    }
    this.isBack(`${fault}; it was repaired`);
    return undefined;
  }

  /** Looks at the end of this turn: something does not get through. */
  suspect(): void {
    this.timer();
    this.lookIn(0);
  }

  close(): void {
    this.isClosed = true;
    this.timer();
  }

  private fault(): string | undefined {
    try {
      return this.injector.fault();
    } catch (error) {
      return `the injector cannot be looked at: ${messageOf(error)}`;
    }
  }

  private mayRepair(): boolean {
    const now = this.clock.elapsed();
    const sinceMs = now - this.lastRepairAt;
    if (sinceMs >= QUIET_MS) this.repairs = 0;
    const pauseMs =
      this.repairs === 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (this.repairs - 1), MOST_PAUSE_MS);
    if (sinceMs < pauseMs) return false;
    this.repairs += 1;
    this.lastRepairAt = now;
    return true;
  }

  private isBack(how: string): void {
    if (this.lost === undefined) return;
    this.lost = undefined;
    this.problem = '';
    this.tell({ ready: true, message: `${how}: frames are injected again` });
  }

  private lookIn(pauseMs: number): void {
    if (this.isClosed) return;
    this.timer = this.clock.setTimer(pauseMs, () => {
      this.look();
      this.lookIn(LOOK_MS);
    });
  }
}
