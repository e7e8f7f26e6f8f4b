import type { Clock } from '@nic-herald/core';

/**
 * The server's clock, by the times on what it sends: what was written just now shows what time it has. Ages so are of one
 * clock, whatever time the hosts have.
 */
export class ServerClock {
  /** What the time that passes here is ahead of the server's, ms; a message that took long says too much. */
  private ahead: number | undefined;

  constructor(private readonly clock: Pick<Clock, 'elapsed'>) {}

  /** A message came. `isNew`: it was written just now; else it may be old, and tells only that the server's clock is no earlier. */
  heard(storedAt: number, isNew: boolean): void {
    const ahead = this.clock.elapsed() - storedAt;
    // a server that took over may have another time: what is new counts alone
    this.ahead = isNew || this.ahead === undefined ? ahead : Math.min(this.ahead, ahead);
  }

  /** How long ago the server stored it, ms, 0 and up; `undefined` while nothing was heard. */
  ageOf(storedAt: number): number | undefined {
    return this.ahead === undefined ? undefined : Math.max(0, this.clock.elapsed() - storedAt - this.ahead);
  }
}
