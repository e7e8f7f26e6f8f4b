import { type Clock, messageOf, type PreparedBatch } from '@nic-herald/core';
import type { RoundReport } from '@nic-herald/core/internal';
import type { FramePacer } from './frame-pacer.js';
import type { FrameSchedule } from './frame-schedule.js';
import type { PacedFrames, Urgency } from './paced-frames.js';
import type { SwitchPart } from './switch-part.js';

/** A batch ready to go: the frames of one NIC on its open channel. */
export interface ReadyBatch {
  readonly nic: string;
  /** Its frames in sending order, each by what names it: equal where two batches have the same frame. */
  readonly frames: readonly string[];
  /** Which part of a switch takes in each of them; absent: the hardware takes in all. */
  readonly parts?: readonly SwitchPart[];
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
  readonly schedule: FrameSchedule;
}

/** Who is told how a round goes. */
export interface RoundOwner {
  /** Frames were handed over, and so many taken; `failure` says why not all, once per NIC. */
  handed(nic: string, frames: number, accepted: number, failure?: string): void;
  /** Nothing of the round waits any more; told again whenever that is so after more was put into it. */
  isOut(): void;
}

/** Leading frames of a NIC that left by themselves before the round began. */
export interface Departed {
  /** The batch that they lead: that of this round, or one that it replaced. */
  readonly batch: ReadyBatch;
  readonly sent: number;
  /** When the first and the last left, as `Clock.now`. */
  readonly firedAt: number;
  readonly lastAt: number;
}

/** So many frames of a batch, from the one at `first` on. */
interface Portion {
  readonly batch: ReadyBatch;
  readonly first: number;
  readonly count: number;
}

interface Piece {
  readonly nic: string;
  readonly paced: PacedFrames;
  left: number;
  takeBack: () => void;
}

/**
 * One round: asks the pacer for each batch's turn, and counts what becomes of the frames. What can be done before it
 * begins is done when a batch is put in: the first one begins on the hot path.
 */
export class AnnouncementRound {
  private readonly pieces = new Set<Piece>();
  /** What was put in before it began. */
  private batches: readonly ReadyBatch[] = [];
  private readonly told = new Set<string>();
  /** What was handed over, so that what replaces a batch repeats none of it. */
  private readonly out: Portion[] = [];
  private startedAt: number | undefined;
  private frames = 0;
  private unsent = 0;
  /** Of those, frames that are not repeated from an earlier round. */
  private unsentFirsts = 0;
  private accepted = 0;
  /** Of those, frames that left by themselves. */
  private byKernel = 0;
  private delayed = 0;
  private delayedMs = 0;
  private firstAt: number | undefined;
  private lastAt: number | undefined;

  constructor(
    readonly number: number,
    private readonly services: RoundServices,
    private readonly owner: RoundOwner,
  ) {}

  get hasBegun(): boolean {
    return this.startedAt !== undefined;
  }

  /** True while frames wait. */
  get isUnderWay(): boolean {
    return this.hasBegun && this.unsent > 0;
  }

  /** True while frames wait that have not left in any round. */
  get owesFirsts(): boolean {
    return this.unsentFirsts > 0;
  }

  /** When its first frame left; absent: none did. */
  get firstFrameAt(): number | undefined {
    return this.firstAt;
  }

  /** What became of it so far. */
  get report(): RoundReport {
    const { number: round, frames, accepted, byKernel, delayed, delayedMs } = this;
    const startedAt = this.startedAt ?? this.services.clock.now();
    const finishedAt = this.lastAt ?? startedAt;
    const kernel = byKernel === 0 ? {} : { byKernel };
    const report = { round, startedAt, finishedAt, frames, accepted, ...kernel };
    return delayed === 0 ? report : { ...report, delayed, delayedMs };
  }

  /** Puts a batch in, no part of it more urgent than `most`. It leaves once the round has begun. */
  put(batch: ReadyBatch, most: Urgency): void {
    this.putParts(batch, partsOf(batch, most));
  }

  /** Puts in what of a batch did not leave in this round, in the place of what was dropped for its NIC. */
  putRest(batch: ReadyBatch, most: Urgency): void {
    const out = new Set(
      this.out
        .filter(({ batch: { nic } }) => nic === batch.nic)
        .flatMap(({ batch: { frames }, first, count }) => frames.slice(first, first + count)),
    );
    this.putParts(
      batch,
      partsOf(batch, most).flatMap((part) =>
        partsWithout(part, (index) => out.has(batch.frames[index] ?? '')),
      ),
    );
  }

  /** Before it begins: of what was put in for a NIC, these frames are out. What of it did not leave is still to be sent. */
  departed({ batch, sent, firedAt, lastAt }: Departed): void {
    this.out.push({ batch, first: 0, count: sent });
    const waiting = this.batches.filter(({ nic }) => nic === batch.nic);
    this.drop(batch.nic);
    for (const each of waiting) {
      if (each !== batch) this.putRest(each, 0);
      else if (sent < each.frames.length) {
        const isOut = (index: number): boolean => index < sent;
        this.putParts(
          each,
          partsOf(each, 0).flatMap((part) => partsWithout(part, isOut)),
        );
      }
    }
    this.frames += sent;
    this.accepted += sent;
    this.byKernel += sent;
    this.firstAt = Math.min(firedAt, this.firstAt ?? firedAt);
    this.lastAt = Math.max(lastAt, this.lastAt ?? lastAt);
  }

  private putParts(batch: ReadyBatch, parts: readonly Part[]): void {
    const pieces = parts.map((part) => this.pieceOf(batch, part));
    for (const piece of pieces) {
      this.pieces.add(piece);
      this.frames += piece.left;
      this.unsent += piece.left;
      if (piece.paced.urgency < REPEATED) this.unsentFirsts += piece.left;
    }
    if (this.hasBegun) this.submit(pieces);
    else this.batches = [...this.batches, batch];
  }

  /**
   * Begins: what is of urgency 0 leaves before this returns, as far as may be; all does where no other guest can
   * resume in this turn, and in one call where it is one batch.
   */
  begin(isAlone = false): void {
    const { pacer, clock } = this.services;
    const now = clock.now();
    this.startedAt = Math.min(now, this.firstAt ?? now);
    const [first, ...others] = this.batches;
    const isWhole = isAlone && this.byKernel === 0 && others.length === 0;
    if (isWhole && first !== undefined && pacer.grant(countsOf(first))) {
      this.pieces.clear();
      this.unsent = 0;
      this.unsentFirsts = 0;
      this.hand(first, 0, first.frames.length);
      this.owner.isOut();
    } else {
      this.submit(this.pieces);
      if (isAlone) pacer.hasten();
    }
  }

  /** Takes back what was not sent for a NIC; gives the urgency of the first of it, where there was any. */
  drop(nic: string): Urgency | undefined {
    let urgency: Urgency | undefined;
    this.batches = this.batches.filter((batch) => batch.nic !== nic);
    for (const piece of this.pieces) {
      if (piece.nic !== nic) continue;
      urgency ??= piece.paced.urgency;
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
    if (piece.paced.urgency < REPEATED) this.unsentFirsts -= piece.left;
  }

  private submit(pieces: Iterable<Piece>): void {
    if (this.unsent === 0) this.owner.isOut();
    else for (const piece of pieces) piece.takeBack = this.services.pacer.submit(piece.paced);
  }

  private pieceOf(batch: ReadyBatch, [from, count, urgency, switchPart]: Part): Piece {
    const send: PacedFrames['send'] = (first, portion, waitedMs) => {
      piece.left -= portion;
      if (urgency < REPEATED) this.unsentFirsts -= portion;
      if (piece.left === 0) this.pieces.delete(piece);
      this.hand(batch, from + first, portion);
      if (waitedMs > 0) {
        this.delayed += portion;
        this.delayedMs = Math.max(this.delayedMs, waitedMs);
      }
      this.unsent -= portion;
      if (this.unsent === 0) this.owner.isOut();
    };
    const paced = { owner: this.owner, urgency, part: switchPart, count, send };
    const piece: Piece = { nic: batch.nic, paced, left: count, takeBack: () => {} };
    return piece;
  }

  /** Hands frames over; a sink that throws or says nothing, which none may, costs no other NIC its frames. */
  private hand(ready: ReadyBatch, first: number, count: number): void {
    const { nic, batch } = ready;
    const { clock } = this.services;
    this.firstAt ??= clock.now();
    let accepted = 0;
    let failure: string | undefined;
    try {
      const result = batch.send(first, count);
      accepted = Math.max(0, Math.min(result.accepted, count)) || 0; // one that sends all each time says so each time
      ({ failure } = result);
    } catch (error) {
      failure = messageOf(error);
    }
    this.lastAt = clock.now();
    this.out.push({ batch: ready, first, count });
    this.accepted += accepted;
    const isNews = failure !== undefined && !this.told.has(nic);
    if (isNews) this.told.add(nic);
    this.owner.handed(nic, count, accepted, isNews ? failure : undefined);
  }
}

/** The urgency of what has left before. */
const REPEATED: Urgency = 3;

type Part = readonly [first: number, count: number, urgency: Urgency, switchPart: SwitchPart];

/** The parts of a batch by their urgency and by what takes them in, none of them empty nor more urgent than `most`. */
const partsOf = (batch: ReadyBatch, most: Urgency): readonly Part[] => {
  const { primaries, firsts, frames } = batch;
  const ends: readonly (readonly [end: number, urgency: Urgency])[] = [
    [primaries, 0],
    [firsts, 1],
    [frames.length, most === 3 ? 3 : 2],
  ];
  let first = 0;
  return ends.flatMap(([end, urgency]): readonly Part[] => {
    if (urgency < most || end === first) return []; // it goes with what is next
    const parts = runsOf(batch, first, end).map(([from, count, part]): Part => [from, count, urgency, part]);
    first = end;
    return parts;
  });
};

/** Frames of a batch, as runs that one part of a switch takes in. */
const runsOf = (
  { parts }: ReadyBatch,
  from: number,
  end: number,
): readonly (readonly [first: number, count: number, part: SwitchPart])[] => {
  if (parts === undefined) return [[from, end - from, 'hardware']];
  const runs: [number, number, SwitchPart][] = [];
  for (let index = from; index < end; index += 1) {
    const part = parts[index] ?? 'hardware';
    const last = runs.at(-1);
    if (last?.[2] === part) last[1] += 1;
    else runs.push([index, 1, part]);
  }
  return runs;
};

const countsOf = ({ frames, parts = [] }: ReadyBatch): Readonly<Record<SwitchPart, number>> => {
  const processor = parts.filter((part) => part === 'processor').length;
  return { hardware: frames.length - processor, processor };
};

/** What is left of a part without some of its frames, as runs. */
const partsWithout = (
  [from, count, urgency, switchPart]: Part,
  isOut: (index: number) => boolean,
): readonly Part[] => {
  const parts: Part[] = [];
  for (let index = from; index < from + count; index += 1) {
    if (isOut(index)) continue;
    const last = parts.at(-1);
    const joins = last !== undefined && last[0] + last[1] === index;
    if (joins) parts[parts.length - 1] = [last[0], last[1] + 1, urgency, switchPart];
    else parts.push([index, 1, urgency, switchPart]);
  }
  return parts;
};
