/** Counts and times what is checked, one line each; the last line adds up. */
export class Checks {
  private passed = 0;
  private failed = 0;
  private skipped = 0;

  /** Runs one check. A failure is printed and does not end the others; resolves with whether it passed. */
  async check(what: string, how: () => Promise<unknown>): Promise<boolean> {
    const since = performance.now();
    try {
      await how();
      this.passed++;
      console.log(`ok      ${seconds(since)}  ${what}`);
      return true;
    } catch (error) {
      this.failed++;
      console.log(`FAILED  ${seconds(since)}  ${what}`);
      console.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
      return false;
    }
  }

  skip(what: string, why: string): void {
    this.skipped++;
    console.log(`skipped           ${what}: ${why}`);
  }

  /** Prints the last line and gives the exit status. */
  end(): number {
    console.log(`${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`);
    return this.failed === 0 ? 0 : 1;
  }
}

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1).padStart(5)} s`;
