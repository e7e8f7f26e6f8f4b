import type { AnnounceMode, CancelTimer } from '@nic-herald/core';
import type { AnnounceOutcome, AnnounceTiming, RoundReport } from '@nic-herald/core/internal';
import { roundPause } from '../plan/round-pause.js';
import {
  AnnouncementRound,
  type Departed,
  type ReadyBatch,
  type RoundServices,
} from './announcement-round.js';
import { Departures } from './departures.js';

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

/** What a run needs to be sent. */
export interface RunServices extends RoundServices {
  /** Under `observe` frames count as sent though the system takes none. */
  readonly mode: AnnounceMode;
}

/** Most failures kept; each round of a port that went away has one more. */
const MAX_FAILURES = 64;

/**
 * Sends one guest's ready batches: round 1 the moment it is fired, the others by the schedule, all as fast as the
 * host's pace allows. It is over when the rounds are out and it is complete, or when it is cancelled. Firing is the
 * hot path: it hands over what lies ready and nothing else.
 */
export class AnnouncementRun {
  /** What became of its frames. */
  readonly departures = new Departures();
  private readonly rounds: RoundReport[] = [];
  private readonly failures: SendFailure[] = [];
  private batches: readonly ReadyBatch[] = [];
  /** The round that comes first, is on its way, or was the last. */
  private round: AnnouncementRound;
  private cancelTimer: CancelTimer | undefined;
  private isNextDue = false;
  /** When the next round is due, by `Clock.elapsed`; absent where none is. */
  private nextAt: number | undefined;
  private caughtUp: readonly ((isOut: boolean) => void)[] = [];
  /** It was cancelled with frames that had not left at all. */
  private isCut = false;
  private state: 'ready' | 'running' | 'over' = 'ready';
  private isComplete = false;
  private offered = 0;
  /** Frames that did what they were made for: the system took them, or nobody wanted it to. */
  private settled = 0;
  private firstFrameAt: number | undefined;
  private lastFrameAt: number | undefined;
  private settle: (result: RunResult) => void = () => {};
  /** Settles when the run is over. */
  readonly done: Promise<RunResult>;

  constructor(
    batches: readonly ReadyBatch[],
    private readonly timing: AnnounceTiming,
    private readonly services: RunServices,
    private readonly onRound: (round: RoundReport) => void = () => {},
  ) {
    this.round = this.makeRound(1);
    for (const batch of batches) this.add(batch);
    this.done = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  /** Frames of one round. */
  get frames(): number {
    return this.batches.reduce((sum, { frames }) => sum + frames.length, 0);
  }

  /**
   * Resolves once all that was added so far has left: true where the system took any of it, or was to be given none, or
   * there was nothing to send; false where it was cancelled before.
   */
  whenCaughtUp(): Promise<boolean> {
    return new Promise((resolve) => {
      this.caughtUp = [...this.caughtUp, resolve];
      if (this.state === 'over' || this.isCaughtUp) this.tellCaughtUp();
    });
  }

  /** Before it is fired: frames of round 1 that left by themselves. On the hot path. */
  departed(frames: Departed): void {
    if (this.state !== 'ready') return;
    this.offered += frames.sent;
    this.settled += frames.sent;
    this.departures.departed(frames.batch.nic, frames.sent);
    this.round.departed(frames);
  }

  /**
   * Sends round 1 now: the primaries' frames before this returns, as far as the pace allows, the others after those
   * of all guests that resume in this turn, or at once where this one `isAlone`. A second call does nothing.
   */
  fire(isAlone = false): void {
    if (this.state !== 'ready') return;
    this.state = 'running';
    if (this.batches.length > 0) this.begin(isAlone);
    else {
      this.tellCaughtUp();
      this.endWhenDone();
    }
  }

  /**
   * Sends a batch as soon as may be and with every later round; it is round 1 where nothing was sent before. False,
   * and nothing is sent, when the run is over.
   */
  add(batch: ReadyBatch): boolean {
    if (this.state === 'over' || this.timing.rounds === 0) return false;
    this.batches = [...this.batches, batch];
    const { hasBegun, number } = this.round;
    if (hasBegun) this.departures.added(batch.nic, number);
    this.round.put(batch, hasBegun ? 2 : 0);
    if (this.state === 'running' && !hasBegun) this.begin();
    this.expect();
    return true;
  }

  /**
   * Sends this batch instead of all there were for its NIC, with every later round; where those were not all out
   * yet, what is left of them is dropped, and what of this one did not leave in this round goes in its place.
   */
  replace(batch: ReadyBatch): void {
    if (this.state === 'over' || this.timing.rounds === 0) return;
    this.batches = [...this.batches.filter(({ nic }) => nic !== batch.nic), batch];
    const { round } = this;
    const { hasBegun } = round;
    if (hasBegun) this.departures.added(batch.nic, round.number);
    const dropped = round.drop(batch.nic);
    const urgency = hasBegun ? dropped : 0;
    if (urgency !== undefined) round.putRest(batch, urgency);
    if (this.state === 'running' && !hasBegun) this.begin();
  }

  /** Nothing will be added any more: the run is over with its last round. */
  complete(): void {
    this.isComplete = true;
    if (this.state === 'running') this.endWhenDone();
  }

  /** Ends the run: no frame leaves after this. */
  cancel(): void {
    if (this.state === 'over') return;
    this.isCut = !this.isCaughtUp;
    const { round } = this;
    if (!this.isReported(round) && round.firstFrameAt !== undefined) this.keep(round); // it is cut short
    round.cancel();
    this.end('superseded');
  }

  private makeRound(number: number): AnnouncementRound {
    const round = new AnnouncementRound(number, this.services, {
      handed: (nic, frames, accepted, failure) => {
        this.offered += frames;
        this.departures.handed(nic, number, frames, accepted);
        this.settled += this.services.mode === 'observe' ? frames : accepted;
        if (failure !== undefined && this.failures.length < MAX_FAILURES) {
          this.failures.push({ nic, round: number, failure });
        }
        if (this.caughtUp.length > 0 && this.isCaughtUp) this.tellCaughtUp();
      },
      isOut: () => this.isOut(round),
    });
    return round;
  }

  private begin(isAlone = false): void {
    const { round, timing } = this;
    this.isNextDue = false;
    this.nextAt = undefined;
    round.begin(isAlone);
    if (this.state === 'running' && round.number < timing.rounds) {
      const { clock } = this.services;
      const pauseMs = roundPause(timing, round.number);
      this.nextAt = clock.elapsed() + pauseMs;
      this.cancelTimer = clock.setTimer(pauseMs, () => {
        this.isNextDue = true;
        if (!round.isUnderWay) this.sendNext();
      });
    }
    this.expect();
  }

  /** Says when its next frames are due. */
  private expect(): void {
    const { clock, schedule } = this.services;
    if (this.state === 'running' && this.round.isUnderWay) schedule.expect(this, 0);
    else if (this.state === 'running' && this.nextAt !== undefined) {
      schedule.expect(this, this.nextAt - clock.elapsed());
    } else schedule.done(this);
  }

  private get isCaughtUp(): boolean {
    const hasSent = this.rounds.length > 0 || this.batches.length === 0;
    return this.state === 'running' && hasSent && !this.round.owesFirsts;
  }

  private tellCaughtUp(): void {
    const waiting = this.caughtUp;
    this.caughtUp = [];
    for (const tell of waiting) tell(!this.isCut && (this.offered === 0 || this.settled > 0));
  }

  private sendNext(): void {
    this.round = this.makeRound(this.round.number + 1);
    for (const batch of this.batches) this.round.put(batch, 3);
    this.begin();
  }

  /** Nothing waits any more, be it of the round itself or of what was added to it later. */
  private isOut(round: AnnouncementRound): void {
    // When the frames of all guests that wait in this turn are out, and before the round is told.
    this.services.clock.setTimer(0, () => this.departures.look(round.number));
    if (!this.isReported(round)) {
      const report = this.keep(round);
      if (round.number === 1) this.lastFrameAt = report.finishedAt;
      this.onRound(report);
    }
    this.tellCaughtUp();
    if (this.isNextDue) this.sendNext();
    else this.endWhenDone();
    this.expect();
  }

  private isReported({ number }: AnnouncementRound): boolean {
    return this.rounds.length >= number;
  }

  private keep(round: AnnouncementRound): RoundReport {
    const { firstFrameAt, report } = round;
    if (round.number === 1) this.firstFrameAt = firstFrameAt;
    this.rounds.push(report);
    return report;
  }

  private endWhenDone(): void {
    const areRoundsOut = this.rounds.length >= this.timing.rounds && !this.round.isUnderWay;
    if (!this.isComplete || !(areRoundsOut || this.batches.length === 0)) return;
    if (this.offered === 0) this.end('nothing-to-announce');
    else if (this.services.mode === 'observe') this.end('observed');
    else this.end(this.settled > 0 ? 'announced' : 'failed');
  }

  private end(outcome: AnnounceOutcome): void {
    if (this.state === 'over') return;
    this.state = 'over';
    this.cancelTimer?.();
    this.services.schedule.done(this);
    this.tellCaughtUp();
    this.settle({
      outcome,
      rounds: this.rounds,
      failures: this.failures,
      ...(this.firstFrameAt === undefined ? {} : { firstFrameAt: this.firstFrameAt }),
      ...(this.lastFrameAt === undefined ? {} : { lastFrameAt: this.lastFrameAt }),
    });
  }
}
