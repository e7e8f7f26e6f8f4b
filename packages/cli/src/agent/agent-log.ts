import { setTimeout } from 'node:timers/promises';
import { HeraldError } from '@nic-herald/core';
import { type Logger, pino } from 'pino';
import type { CliIo } from '../cli-io.js';
import type { AgentSettings } from '../config/agent-settings.js';
import { printError } from '../print-error.js';

/** Most of the log that waits for its reader, bytes; lines beyond are lost. */
const MOST_WAITING = 4 * 1024 * 1024;
/** The last lines have this long to be written when the agent ends, ms. */
const END_WITHIN_MS = 500;
const LOOK_EVERY_MS = 5;
/** A log that cannot be written is told of so often, ms. */
const TOLD_EVERY_MS = 600_000;

/**
 * The log of an agent, as JSON lines on standard output. An agent announces whether anybody reads its log or not: where a
 * line cannot be written (its reader went away, the disk is full) it is lost, standard error has a word of it, and the
 * agent goes on. A reader that does not read holds up nothing, either.
 */
export class AgentLog {
  readonly logger: Logger;
  private readonly destination: ReturnType<typeof pino.destination>;
  private toldAt = Number.NEGATIVE_INFINITY;
  /** Lines wait, or are being written. */
  private isBusy = false;

  constructor(
    { host, logLevel }: Pick<AgentSettings, 'host' | 'logLevel'>,
    private readonly io: Pick<CliIo, 'writeError'>,
    fd = 1,
  ) {
    this.destination = pino.destination({ dest: fd, sync: false, maxLength: MOST_WAITING });
    this.destination.on('error', (error: NodeJS.ErrnoException) => {
      this.isBusy = false; // the next line tries again
      this.destination.flushSync = () => undefined; // at the exit it would try for ever
      this.failed(error.code ?? error.message);
    });
    this.destination.on('drop', () => this.failed('its reader does not read'));
    this.destination.on('drain', () => {
      this.isBusy = false;
    });
    this.logger = pino(
      {
        level: logLevel,
        base: { host },
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      {
        write: (line) => {
          this.isBusy = true;
          this.destination.write(line);
        },
      },
    );
  }

  /** Resolves when the last line is written, or cannot be. */
  async end(): Promise<void> {
    const deadline = performance.now() + END_WITHIN_MS;
    while (this.isBusy && performance.now() < deadline) await setTimeout(LOOK_EVERY_MS);
  }

  private failed(why: string): void {
    const now = performance.now();
    if (now - this.toldAt < TOLD_EVERY_MS) return;
    this.toldAt = now;
    const message = `the log cannot be written (${why}): lines are lost, the agent goes on`;
    printError(new HeraldError('HERALD_LOG', message), this.io, { debug: false });
  }
}
