import type { CancelTimer, Clock, NicDescriptor, PortResolver } from '@nic-herald/core';

/** A change is told at once where none was so long before, ms. */
const QUIET_MS = 60_000;
/** Else not before so long after the last, ms: twice as long each time. */
const FIRST_PAUSE_MS = 1000;
const MOST_PAUSE_MS = 30_000;

/**
 * Watches the ports of a guest by way of the host's resolver, which may be another's code: one that calls back in a loop, or
 * after it was stopped, or throws, keeps no one at work.
 */
export class PortWatch {
  /** The watch that counts. */
  private current: object | undefined;
  private unwatch: () => unknown = () => {};
  private due: CancelTimer | undefined;
  private toldAt = Number.NEGATIVE_INFINITY;
  private pauseMs = 0;

  constructor(
    private readonly resolver: PortResolver | undefined,
    private readonly clock: Clock,
    private readonly changed: () => void,
    /** A port is not watched, or still is though it need not be. */
    private readonly failed: (error: unknown) => void,
  ) {}

  /** Watches the ports of these NICs and no others. A change that was noticed before is still told. */
  follow(nics: readonly NicDescriptor[]): void {
    this.leave();
    const ports = nics.flatMap(({ port }) => (port === undefined ? [] : [port]));
    const watch = {};
    this.current = watch;
    try {
      const unwatch: unknown = this.resolver?.watch?.(ports, () => {
        if (this.current !== watch) return;
        this.current = undefined; // once
        this.tell();
      });
      if (typeof unwatch === 'function') this.unwatch = () => Reflect.apply(unwatch, undefined, []);
    } catch (error) {
      this.failed(error);
    }
  }

  /** Nothing is told any more, at once; the resolver hears of it at the end of the turn, in which a guest may run. */
  hush(): void {
    this.current = undefined;
    this.due?.();
    this.due = this.clock.setTimer(0, () => this.stop());
  }

  /** Nothing is told any more. Never throws. */
  stop(): void {
    this.due?.();
    this.due = undefined;
    this.leave();
  }

  private leave(): void {
    const { unwatch } = this;
    this.current = undefined;
    this.unwatch = () => {};
    try {
      unwatch();
    } catch (error) {
      this.failed(error);
    }
  }

  private tell(): void {
    if (this.due !== undefined) return;
    const sinceMs = this.clock.elapsed() - this.toldAt;
    this.pauseMs =
      sinceMs >= QUIET_MS ? 0 : Math.min(Math.max(this.pauseMs * 2, FIRST_PAUSE_MS), MOST_PAUSE_MS);
    this.due = this.clock.setTimer(Math.max(0, this.pauseMs - sinceMs), () => {
      this.due = undefined;
      this.toldAt = this.clock.elapsed();
      this.changed();
    });
  }
}
