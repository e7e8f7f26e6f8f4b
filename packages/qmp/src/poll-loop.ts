import type { CancelTimer, Clock } from '@nic-herald/core';

/** Pause after a task that failed unforeseen, ms. */
const FAULT_PAUSE_MS = 5000;

/** Runs one task again and again, never twice at a time, with a pause the task itself names. */
export class PollLoop {
  private cancelTimer: CancelTimer = () => undefined;
  private state: 'resting' | 'running' | 'running-and-due' | 'stopped' = 'resting';

  /**
   * `task` returns the pause until the next run, ms, and sees to its own trouble. What it rejects with all the same
   * is a fault: `onFault` gets it, and the task runs again after a while.
   */
  constructor(
    private readonly clock: Clock,
    private readonly task: () => Promise<number>,
    private readonly onFault: (error: unknown) => void,
  ) {}

  /** Runs the task for the first time after `pauseMs`. */
  start(pauseMs: number): this {
    this.cancelTimer = this.clock.setTimer(pauseMs, () => this.now());
    return this;
  }

  /** Runs the task now; once more after the run that is under way, if one is. */
  now(): void {
    this.cancelTimer();
    if (this.state === 'resting') this.run();
    else if (this.state === 'running') this.state = 'running-and-due';
  }

  /** Runs it no more. */
  stop(): void {
    this.cancelTimer();
    this.state = 'stopped';
  }

  private run(): void {
    this.state = 'running';
    this.task().then(
      (pauseMs) => this.rest(pauseMs),
      (error: unknown) => {
        this.onFault(error);
        this.rest(FAULT_PAUSE_MS);
      },
    );
  }

  private rest(pauseMs: number): void {
    const { state } = this; // it may have changed meanwhile
    if (state === 'stopped') return;
    this.state = 'resting';
    if (state === 'running-and-due') this.run();
    else this.start(pauseMs);
  }
}
