import type { Guest, GuestNotes, SnapshotHead } from '@nic-herald/core';
import { type AnnouncementSeal, announcementSeal } from '@nic-herald/core/internal';
import type { MacAddress } from '@nic-herald/wire';
import { leaveNote } from './leave-note.js';
import { MOST_PER_NOTE, sealTokens } from './seal-tokens.js';
import type { SealedFrame } from './sealed-frames.js';
import { CALM_AFTER_MS, WITNESS_KIND } from './witness-note.js';

/** Most notes of one move: a store keeps 16 of a guest. */
const MOST_NOTES = 8;

/** A sealed announcement, and when it came in, by `Clock.elapsed`: a while before it is judged. */
export interface HeardFrame extends Omit<SealedFrame, 'ageMs'> {
  readonly cameAt: number;
}

/** A guest that leaves this host, and what of its announcement came back here. */
export class Departure {
  /** When nothing more is waited for, ms of `Clock.elapsed`; absent: it still runs here. */
  until: number | undefined;
  /** STOP, by `Clock.elapsed`; absent where its stamp is not known. */
  private stoppedAt: number | undefined;
  /** When the first of its announcement came in, by the same. */
  private heardAt: number | undefined;
  private head: SnapshotHead | undefined;
  private seal: AnnouncementSeal | undefined;
  private readonly seen = new Set<string>();
  private untold: Uint8Array[] = [];
  private notesLeft = MOST_NOTES;
  private hasToldCalmly = false;

  constructor(
    readonly guest: Guest,
    private readonly notes: GuestNotes,
  ) {}

  /** What was handed over last. */
  handedOver(head: SnapshotHead): void {
    if (this.head?.epoch === head.epoch && this.head.writer?.agent === head.writer?.agent) return;
    this.head = head;
    this.seal = announcementSeal(head);
  }

  /** From now on its announcement may come in, and is waited for until then; both by `Clock.elapsed`. */
  stands(until: number, stoppedAt: number | undefined): void {
    this.until = until;
    this.stoppedAt = stoppedAt;
  }

  /** Whether a NIC of the guest has this MAC for its own: what comes from it is most likely its. */
  owns(mac: MacAddress): boolean {
    return this.head?.primaryMacs.includes(mac) ?? false;
  }

  /** Whether a frame announces one of its stations after this move. On the wire an untagged one may have the tag of its port's VLAN. */
  hear({ station, seal, cameAt }: HeardFrame): boolean {
    const made = this.seal;
    if (made === undefined) return false;
    const { mac, vlan } = station;
    const ours = (vlan === undefined ? [station] : [station, { mac }]).map((each) => made.of(each));
    const found = ours.find((each) => each.every((byte, index) => byte === seal[index]));
    if (found === undefined) return false;
    this.heardAt = Math.min(cameAt, this.heardAt ?? cameAt);
    const text = sealTokens([found]);
    if (this.seen.has(text)) return true;
    this.seen.add(text);
    this.untold.push(found);
    return true;
  }

  /** Whether it saw something of which no note tells, or is to say once more when the guest was stopped; `now`: `Clock.elapsed`. */
  hasNews(now: number): boolean {
    return (this.untold.length > 0 || this.isCalm(now)) && this.notesLeft > 0;
  }

  private isCalm(now: number): boolean {
    const { heardAt = Number.NaN, stoppedAt } = this;
    return stoppedAt !== undefined && !this.hasToldCalmly && now - heardAt >= CALM_AFTER_MS;
  }

  /** Leaves a note of what came since the last one. `now`: `Clock.elapsed`. */
  async tell(listens: boolean, now: number): Promise<void> {
    const { head, stoppedAt, heardAt } = this;
    if (head === undefined || this.notesLeft === 0) return;
    this.notesLeft -= 1;
    this.hasToldCalmly ||= this.isCalm(now);
    const seen = sealTokens(this.untold.splice(0, MOST_PER_NOTE));
    const body = {
      epoch: head.epoch,
      listens,
      seen,
      ...(stoppedAt !== undefined && {
        sinceStopMs: now - stoppedAt,
        ...(heardAt !== undefined && { heardMs: heardAt - stoppedAt }),
      }),
    };
    await leaveNote(this.notes, this.guest, { kind: WITNESS_KIND, body });
  }
}
