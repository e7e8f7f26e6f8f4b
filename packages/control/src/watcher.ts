import type { ServerResponse } from 'node:http';
import { MAX_LINE_BYTES, type MigrationLine } from '@nic-herald/core/internal';

/** Most that waits for one watcher: each line counts 1, and each station of a proof, which has some 200 bytes. */
const MOST_WAITING = 4000;
/** How long lines are written in one turn, ms: others have the event loop in between. */
const TURN_MS = 0.5;

/**
 * One who watches an agent. Nothing waits for it: lines are written in later turns of the event loop, when it has read those
 * before. Where it reads too slowly the oldest are dropped, and that is said in their place.
 */
export class Watcher {
  private readonly waiting: MigrationLine[] = [];
  private load = 0;
  private dropped = 0;
  private isDue = false;
  private isBlocked = false;
  private wasTold = false;

  /** `saysDropped` makes the line that says how many lines were dropped. */
  constructor(
    private readonly out: Pick<ServerResponse, 'write' | 'once' | 'end'>,
    private readonly saysDropped: (lines: number) => MigrationLine,
  ) {}

  tell(line: MigrationLine): void {
    this.wasTold = true;
    this.waiting.push(line);
    this.load += loadOf(line);
    while (this.load > MOST_WAITING && this.waiting.length > 1) {
      this.takeOldest();
      this.dropped += 1;
    }
    this.later();
  }

  /** Tells this where nothing else was told since the last call, and nothing waits. */
  tellIfQuiet(line: MigrationLine): void {
    const { wasTold, isBlocked, waiting } = this;
    if (!wasTold && !isBlocked && waiting.length === 0) this.tell(line);
    this.wasTold = false;
  }

  /** Writes what it reads at once, and no more. */
  end(): void {
    while (!this.isBlocked && this.writeNext());
    this.waiting.length = 0;
    this.out.end();
  }

  private later(): void {
    if (this.isDue || this.isBlocked || this.waiting.length === 0) return;
    this.isDue = true;
    setImmediate(() => {
      this.isDue = false;
      const until = performance.now() + TURN_MS;
      while (!this.isBlocked && this.writeNext() && performance.now() < until);
      this.later();
    });
  }

  /** False where nothing waits. */
  private writeNext(): boolean {
    const { dropped } = this;
    if (dropped > 0) {
      this.dropped = 0;
      this.write(JSON.stringify(this.saysDropped(dropped)));
      return true;
    }
    const line = this.takeOldest();
    if (line === undefined) return false;
    const text = JSON.stringify(line);
    if (Buffer.byteLength(text) <= MAX_LINE_BYTES) this.write(text);
    else this.dropped += 1; // no reader would take it
    return true;
  }

  private write(text: string): void {
    this.isBlocked = !this.out.write(`${text}\n`);
    if (!this.isBlocked) return;
    this.out.once('drain', () => {
      this.isBlocked = false;
      this.later();
    });
  }

  private takeOldest(): MigrationLine | undefined {
    const oldest = this.waiting.shift();
    if (oldest !== undefined) this.load -= loadOf(oldest);
    return oldest;
  }
}

const loadOf = (line: MigrationLine): number => {
  if (line.fact !== 'proof') return 1;
  return line.proof.nics.reduce((sum, { stations }) => sum + stations.length, 1);
};
