import type {
  AnnounceOutcome,
  AnnounceTiming,
  CancelTimer,
  Clock,
  PreparedBatch,
  RoundReport,
  SendResult,
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

/** Most failures kept; each round of a port that went away has one more. */
const MAX_FAILURES = 64;

/**
 * Sends one guest's ready batches: round 1 the moment it is fired, the others by the schedule. It is over
 * when the rounds are done and it is complete, or when it is cancelled. Firing is the hot path: it hands over
 * what lies ready and nothing else.
 */
export class AnnouncementRun {
  private readonly rounds: RoundReport[] = [];
  private readonly failures: SendFailure[] = [];
  private batches: readonly ReadyBatch[];
  private offered = 0;
  private accepted = 0;
  private firstFrameAt: number | undefined;
  private lastFrameAt: number | undefined;
  private cancelTimer: CancelTimer | undefined;
  private state: 'ready' | 'running' | 'over' = 'ready';
  private isComplete = false;
  private settle: (result: RunResult) => void = () => {};
  /** Settles when the run is over. */
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
    if (this.batches.length > 0) this.send(1);
    else this.endWhenDone();
  }

  /**
   * Sends a batch at once and with every later round; it is round 1 where nothing was sent before. False, and
   * nothing is sent, when the run is over.
   */
  add(batch: ReadyBatch): boolean {
    if (this.state === 'over' || this.timing.rounds === 0) return false;
    this.batches = [...this.batches, batch];
    if (this.state === 'ready') return true;
    if (this.rounds.length === 0) this.send(1);
    else this.hand(batch, this.rounds.length);
    return true;
  }

  /** Sends, with every later round, this batch instead of all there were for its NIC. */
  replace(batch: ReadyBatch): void {
    this.batches = [...this.batches.filter(({ nic }) => nic !== batch.nic), batch];
  }

  /** Nothing will be added any more: the run is over with its last round. */
  complete(): void {
    this.isComplete = true;
    if (this.state === 'running') this.endWhenDone();
  }

  /** Ends the run: no frame leaves after this. */
  cancel(): void {
    this.end('superseded');
  }

  private send(round: number): void {
    if (this.timing.rounds === 0) {
      this.endWhenDone();
      return;
    }
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
    if (round < this.timing.rounds) {
      this.cancelTimer = this.clock.setTimer(roundPause(this.timing, round), () => {
        if (this.state === 'running') this.send(round + 1);
      });
    } else this.endWhenDone();
  }

  /** Hands one batch over; a sink that throws, which none may, costs no other NIC its frames. */
  private hand({ nic, batch, frames }: ReadyBatch, round: number): number {
    let result: SendResult;
    try {
      result = batch.send();
    } catch (error) {
      result = { accepted: 0, failure: error instanceof Error ? error.message : String(error) };
    }
    const { accepted, failure } = result;
    this.offered += frames;
    this.accepted += accepted;
    if (failure !== undefined && this.failures.length < MAX_FAILURES) {
      this.failures.push({ nic, round, failure });
    }
    return accepted;
  }

  private endWhenDone(): void {
    const areRoundsDone = this.batches.length === 0 || this.rounds.length >= this.timing.rounds;
    if (!this.isComplete || !areRoundsDone) return;
    if (this.offered === 0) this.end('nothing-to-announce');
    else this.end(this.accepted > 0 ? 'announced' : 'failed');
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
