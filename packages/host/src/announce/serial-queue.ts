import { HeraldError } from '@nic-herald/core';

/** Does work one after another, in the order it came. */
export class SerialQueue {
  private last: Promise<unknown> = Promise.resolve();
  private closed = false;

  constructor(private readonly what: string) {}

  /** Does it after all that came before; rejects with what it throws, or with HERALD_CANCELLED once closed. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(() => {
      if (this.closed) throw new HeraldError('HERALD_CANCELLED', `${this.what} was closed meanwhile`);
      return work();
    });
    this.last = result.catch(() => {}); // whoever asked for it is told
    return result;
  }

  /** Begins nothing any more; resolves when what is under way is over. */
  async close(): Promise<void> {
    this.closed = true;
    await this.last;
  }
}
