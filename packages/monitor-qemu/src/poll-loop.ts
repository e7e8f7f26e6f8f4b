import type { CancelTimer, Clock } from '@nic-herald/core';

/** Runs one task again and again, never twice at a time, with a pause the task itself names. */
export class PollLoop {
  private cancelTimer: CancelTimer = () => undefined;
  private state: 'resting' | 'running' | 'running-and-due' | 'stopped' = 'resting';

  /** `task` must not reject; it returns the pause until the next run, ms. */
  constructor(
    private readonly clock: Clock,
    private readonly task: () => Promise<number>,
  ) {}

  /** Runs the task for the first time after `pauseMs`. */
  start(pauseMs: number): this {
    this.cancelTimer = this.clock.setTimer(pauseMs, () => this.now());
    return this;
  }

  /** Runs the task now; once more after the run that is under way, if one is. */
  now(): void {
    this.cancelTimer();
    if (this.state === 'resting') void this.run();
    else if (this.state === 'running') this.state = 'running-and-due';
  }

  /** Runs it no more. */
  stop(): void {
    this.cancelTimer();
    this.state = 'stopped';
  }

  private async run(): Promise<void> {
    this.state = 'running';
    const pauseMs = await this.task();
    const state = this.state as PollLoop['state']; // it may have changed meanwhile
    if (state === 'stopped') return;
    this.state = 'resting';
    if (state === 'running-and-due') void this.run();
    else this.start(pauseMs);
  }
}
