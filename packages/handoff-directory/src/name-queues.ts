/** Work on one name is done in the order it was asked for, one after another; that on other names goes on beside it. */
export class NameQueues {
  private readonly last = new Map<string, Promise<unknown>>();

  /** Runs `work` after all that was asked for on `name` before ended, well or not. */
  run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(name) ?? Promise.resolve();
    const done = before.then(work);
    const settled = done.catch(() => undefined);
    this.last.set(name, settled);
    void settled.then(() => {
      if (this.last.get(name) === settled) this.last.delete(name);
    });
    return done;
  }

  /** Resolves when all that was asked for so far ended. */
  async settled(): Promise<void> {
    await Promise.all(this.last.values());
  }
}
