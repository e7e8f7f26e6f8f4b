import type {
  AnnounceOutcome,
  AnnounceTiming,
  CancelTimer,
  Clock,
  PreparedBatch,
  RoundReport,
} from '@nic-herald/core';
import { roundPause } from '../plan/round-pause.js';

/** A batch ready to go: the frames of one NIC on its open channel. */
export interface ReadyBatch {
  readonly nic: string;
  readonly frames: number;
  readonly batch: PreparedBatch;
}

/** A refusal by the system while sending. */
export interface SendFailure {
  readonly nic: string;
  readonly round: number;
  readonly failure: string;
}

/** How the rounds went. */
export interface RunResult {
  readonly outcome: AnnounceOutcome;
  readonly rounds: readonly RoundReport[];
  readonly failures: readonly SendFailure[];
  readonly firstFrameAt?: number;
  readonly lastFrameAt?: number;
}

/**
 * Sends one guest's ready batches: round 1 the moment it is fired, the others by the schedule, until they
 * are done or it is cancelled. Firing is the hot path: it hands over what lies ready and nothing else.
 */
export class AnnouncementRun {
  private readonly rounds: RoundReport[] = [];
  private readonly failures: SendFailure[] = [];
  private batches: readonly ReadyBatch[];
  private firstFrameAt: number | undefined;
  private lastFrameAt: number | undefined;
  private cancelTimer: CancelTimer | undefined;
  private state: 'ready' | 'running' | 'over' = 'ready';
  private settle: (result: RunResult) => void = () => {};
  /** Settles when the last round is over, or the run was cancelled. */
  readonly done: Promise<RunResult>;

  constructor(
    batches: readonly ReadyBatch[],
    private readonly timing: AnnounceTiming,
    private readonly clock: Clock,
    private readonly onRound: (round: RoundReport) => void = () => {},
  ) {
    this.batches = batches;
    this.done = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  /** Frames of one round. */
  get frames(): number {
    return this.batches.reduce((sum, { frames }) => sum + frames, 0);
  }

  /** Sends round 1 now. Synchronous; a second call does nothing. */
  fire(): void {
    if (this.state !== 'ready') return;
    this.state = 'running';
    if (this.timing.rounds === 0 || this.batches.length === 0) this.end('nothing-to-announce');
    else this.send(1);
  }

  /** Sends a batch at once and with every later round. Does nothing when the run is over. */
  add(batch: ReadyBatch): void {
    if (this.state === 'over') return;
    this.batches = [...this.batches, batch];
    if (this.state === 'running') this.hand(batch, this.rounds.length);
  }

  /** Ends the run: no frame leaves after this. */
  cancel(): void {
    this.end('superseded');
  }

  private send(round: number): void {
    const startedAt = this.clock.now();
    let accepted = 0;
    let frames = 0;
    for (const batch of this.batches) {
      accepted += this.hand(batch, round);
      frames += batch.frames;
    }
    const finishedAt = this.clock.now();
    if (round === 1) {
      this.firstFrameAt = startedAt;
      this.lastFrameAt = finishedAt;
    }
    const report: RoundReport = { round, startedAt, finishedAt, frames, accepted };
    this.rounds.push(report);
    this.onRound(report);
    if (round >= this.timing.rounds) {
      this.end(this.rounds.some((each) => each.accepted > 0) ? 'announced' : 'failed');
      return;
    }
    this.cancelTimer = this.clock.setTimer(roundPause(this.timing, round), () => {
      if (this.state === 'running') this.send(round + 1);
    });
  }

  private hand({ nic, batch }: ReadyBatch, round: number): number {
    const { accepted, failure } = batch.send();
    if (failure !== undefined) this.failures.push({ nic, round, failure });
    return accepted;
  }

  private end(outcome: AnnounceOutcome): void {
    if (this.state === 'over') return;
    this.state = 'over';
    this.cancelTimer?.();
    this.settle({
      outcome,
      rounds: this.rounds,
      failures: this.failures,
      ...(this.firstFrameAt === undefined ? {} : { firstFrameAt: this.firstFrameAt }),
      ...(this.lastFrameAt === undefined ? {} : { lastFrameAt: this.lastFrameAt }),
    });
  }
}
