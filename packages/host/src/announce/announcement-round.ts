import type { Clock, PreparedBatch, RoundReport, SendResult } from '@nic-herald/core';
import type { FramePacer } from './frame-pacer.js';
import type { Urgency } from './paced-frames.js';

/** A batch ready to go: the frames of one NIC on its open channel. */
export interface ReadyBatch {
  readonly nic: string;
  readonly frames: number;
  /** How many of its leading frames are the first of primary stations: they leave before anybody's others. */
  readonly primaries: number;
  /** How many of its leading frames are the first of stations, the primaries included. */
  readonly firsts: number;
  readonly batch: PreparedBatch;
}

/** What a round needs to be sent. */
export interface RoundServices {
  readonly clock: Clock;
  readonly pacer: FramePacer;
}

/** Who is told how a round goes. */
export interface RoundOwner {
  /** Frames were handed over, and so many taken; `failure` says why not all, once per NIC. */
  handed(nic: string, frames: number, accepted: number, failure?: string): void;
  /** Nothing of the round waits any more; told again whenever that is so after more was put into it. */
  isOut(): void;
}

interface Piece {
  readonly nic: string;
  readonly urgency: Urgency;
  left: number;
  takeBack: () => void;
}

/** One round on its way: asks the pacer for each batch's turn, and counts what becomes of the frames. */
export class AnnouncementRound {
  private readonly pieces = new Set<Piece>();
  private readonly told = new Set<string>();
  private readonly startedAt: number;
  private frames = 0;
  private unsent = 0;
  private accepted = 0;
  private delayed = 0;
  private delayedMs = 0;
  private firstAt: number | undefined;
  private lastAt: number | undefined;

  constructor(
    readonly number: number,
    private readonly services: RoundServices,
    private readonly owner: RoundOwner,
  ) {
    this.startedAt = services.clock.now();
  }

  /** True while frames wait. */
  get isUnderWay(): boolean {
    return this.unsent > 0;
  }

  /** When its first frame left; absent: none did. */
  get firstFrameAt(): number | undefined {
    return this.firstAt;
  }

  /** What became of it so far. */
  get report(): RoundReport {
    const { number: round, startedAt, frames, accepted, delayed, delayedMs } = this;
    const finishedAt = this.lastAt ?? startedAt;
    const report = { round, startedAt, finishedAt, frames, accepted };
    return delayed === 0 ? report : { ...report, delayed, delayedMs };
  }

  /** Puts batches in, no part of them more urgent than `most`. What is of urgency 0 leaves at once, as far as may be. */
  put(batches: readonly ReadyBatch[], most: Urgency): void {
    for (const { frames } of batches) {
      this.frames += frames;
      this.unsent += frames;
    }
    if (this.unsent === 0) this.owner.isOut();
    for (const batch of batches) {
      for (const [first, count, urgency] of piecesOf(batch, most)) this.submit(batch, first, count, urgency);
    }
  }

  /** Takes back what was not sent for a NIC; gives the urgency of the first of it, where there was any. */
  drop(nic: string): Urgency | undefined {
    let urgency: Urgency | undefined;
    for (const piece of this.pieces) {
      if (piece.nic !== nic) continue;
      urgency ??= piece.urgency;
      this.takeBack(piece);
      this.frames -= piece.left;
    }
    return urgency;
  }

  /** Takes all back that was not sent. The report still says how much was to be sent. */
  cancel(): void {
    for (const piece of this.pieces) this.takeBack(piece);
  }

  private takeBack(piece: Piece): void {
    piece.takeBack();
    this.pieces.delete(piece);
    this.unsent -= piece.left;
  }

  private submit({ nic, batch }: ReadyBatch, from: number, count: number, urgency: Urgency): void {
    const piece: Piece = { nic, urgency, left: count, takeBack: () => {} };
    this.pieces.add(piece);
    piece.takeBack = this.services.pacer.submit({
      owner: this.owner,
      urgency,
      count,
      send: (first, portion, waitedMs) => {
        piece.left -= portion;
        if (piece.left === 0) this.pieces.delete(piece);
        this.hand(nic, batch, from + first, portion);
        if (waitedMs > 0) {
          this.delayed += portion;
          this.delayedMs = Math.max(this.delayedMs, waitedMs);
        }
        this.unsent -= portion;
        if (this.unsent === 0) this.owner.isOut();
      },
    });
  }

  /** Hands frames over; a sink that throws, which none may, costs no other NIC its frames. */
  private hand(nic: string, batch: PreparedBatch, first: number, count: number): void {
    const { clock } = this.services;
    this.firstAt ??= clock.now();
    let result: SendResult;
    try {
      result = batch.send(first, count);
    } catch (error) {
      result = { accepted: 0, failure: error instanceof Error ? error.message : String(error) };
    }
    this.lastAt = clock.now();
    const accepted = Math.min(result.accepted, count); // a sink that sends all each time says so each time
    this.accepted += accepted;
    const { failure } = result;
    const isNews = failure !== undefined && !this.told.has(nic);
    if (isNews) this.told.add(nic);
    this.owner.handed(nic, count, accepted, isNews ? failure : undefined);
  }
}

type Part = readonly [first: number, count: number, urgency: Urgency];

/** The parts of a batch by their urgency, none of them empty nor more urgent than `most`. */
const piecesOf = ({ primaries, firsts, frames }: ReadyBatch, most: Urgency): readonly Part[] => {
  const ends: readonly (readonly [end: number, urgency: Urgency])[] = [
    [primaries, 0],
    [firsts, 1],
    [frames, most === 3 ? 3 : 2],
  ];
  let first = 0;
  return ends.flatMap(([end, urgency]): Part[] => {
    if (urgency < most || end === first) return []; // it goes with what is next
    const part: Part = [first, end - first, urgency];
    first = end;
    return [part];
  });
};
