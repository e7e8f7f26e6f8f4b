import type { Guest, GuestNotes, SnapshotHead } from '@nic-herald/core';
import { type AnnouncementSeal, announcementSeal } from '@nic-herald/core/internal';
import type { MacAddress } from '@nic-herald/wire';
import type { SealedFrame } from './sealed-frames.js';
import { MOST_PER_NOTE, seenText, WITNESS_KIND } from './witness-note.js';

/** Most notes of one move: a store keeps 16 of a guest. */
const MOST_NOTES = 8;
/** How long the store may take, ms. */
const NOTE_MS = 5000;

/** A guest that leaves this host, and what of its announcement came back here. */
export class Departure {
  /** When nothing more is waited for, ms of `Clock.elapsed`; absent: it still runs here. */
  until: number | undefined;
  private head: SnapshotHead | undefined;
  private seal: AnnouncementSeal | undefined;
  private readonly seen = new Set<string>();
  private untold: Uint8Array[] = [];
  private notesLeft = MOST_NOTES;

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

  /** Whether a NIC of the guest has this MAC for its own: what comes from it is most likely its. */
  owns(mac: MacAddress): boolean {
    return this.head?.primaryMacs.includes(mac) ?? false;
  }

  /** Whether a frame announces one of its stations after this move. On the wire an untagged one may have the tag of its port's VLAN. */
  hear({ station, seal }: SealedFrame): boolean {
    const made = this.seal;
    if (made === undefined) return false;
    const { mac, vlan } = station;
    const ours = (vlan === undefined ? [station] : [station, { mac }]).map((each) => made.of(each));
    const found = ours.find((each) => each.every((byte, index) => byte === seal[index]));
    if (found === undefined) return false;
    const text = seenText([found]);
    if (this.seen.has(text)) return true;
    this.seen.add(text);
    this.untold.push(found);
    return true;
  }

  /** Whether it saw something of which no note tells. */
  get hasNews(): boolean {
    return this.untold.length > 0 && this.notesLeft > 0;
  }

  /** Leaves a note of what came since the last one. A store that does not take it costs that note; it is not tried again. */
  async tell(listens: boolean): Promise<void> {
    const { head } = this;
    if (head === undefined || this.notesLeft === 0) return;
    this.notesLeft -= 1;
    const seen = seenText(this.untold.splice(0, MOST_PER_NOTE));
    const body = { epoch: head.epoch, listens, seen };
    await this.notes
      .put(this.guest, { kind: WITNESS_KIND, body }, { signal: AbortSignal.timeout(NOTE_MS) })
      .catch(() => false);
  }
}
