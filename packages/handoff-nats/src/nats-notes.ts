import {
  encodeNote,
  type GuestKey,
  type HandoffNote,
  type HandoffNotes,
  type HandoffOptions,
  HeraldError,
  isHeraldError,
  MAX_NOTES_PER_GUEST,
  NOTE_KEPT_MS,
  parseNote,
} from '@nic-herald/core';
import type { BucketAccess } from './bucket-access.js';
import type { BucketCopy, KeptMessage } from './bucket-copy.js';
import { guestPart, noteKey } from './bucket-keys.js';
import type { OwnKeys } from './own-keys.js';

/** How long the copy may take to hear all notes, ms. */
const COPY_WAIT_MS = 1000;

/** Notes as keys beside the entries, one each, written by their hosts alone. */
export class NatsNotes implements HandoffNotes {
  constructor(
    private readonly access: BucketAccess,
    private readonly keys: OwnKeys,
  ) {}

  /** What is too old, or too much, of this host's notes of the guest goes with it. */
  async put(guest: GuestKey, note: HandoffNote, { signal }: HandoffOptions): Promise<void> {
    const bytes = encodeNote(note);
    const bucket = this.access.bucket();
    const key = noteKey(guest, note);
    await bucket.put(key, bytes, { signal });
    const { copy } = this.access;
    if (copy === undefined) return;
    const others = notesIn(copy, guest).filter((each) => each.place.host === note.host && each.key !== key);
    const surplus = others.filter((each, at) => at >= MAX_NOTES_PER_GUEST - 1 || !this.isYoung(each));
    // what cannot be removed does no harm: it is not read, and expires
    await Promise.all(
      surplus.map((each) => this.keys.delete(bucket, each.key, signal).catch(() => undefined)),
    );
  }

  async read(guest: GuestKey, { signal }: HandoffOptions): Promise<readonly HandoffNote[]> {
    const { copy, isBehind } = await this.access.look(COPY_WAIT_MS, signal);
    if (copy === undefined || isBehind) {
      throw new HeraldError(
        'HERALD_HANDOFF_DISCONNECTED',
        'the hand-off store nats has not heard all notes yet; they are read again',
        { details: { store: 'nats' } },
      );
    }
    const removedAt = lastRemoval(copy, guest);
    return notesIn(copy, guest)
      .filter((each) => this.isYoung(each) && each.revision > removedAt)
      .slice(0, MAX_NOTES_PER_GUEST)
      .flatMap(({ bytes = new Uint8Array(), key }) => {
        const note = parseNote(bytes);
        return isHeraldError(note) || noteKey(guest, note) !== key ? [] : [note];
      })
      .sort((a, b) => a.writtenAt - b.writtenAt);
  }

  private isYoung({ storedAt }: KeptMessage): boolean {
    return (this.access.server.ageOf(storedAt) ?? 0) <= NOTE_KEPT_MS;
  }
}

/** The notes of a guest, the newest first. */
const notesIn = (copy: BucketCopy, guest: GuestKey): readonly KeptMessage[] =>
  copy
    .of(guestPart(guest))
    .filter(({ bytes, place }) => place.kind === 'note' && bytes !== undefined)
    .sort((a, b) => b.revision - a.revision);

/**
 * When the last entry of a guest was removed, as a revision; 0 where it has one, or never had. What was noted before went
 * with it: hosts may remove nothing of each other.
 */
const lastRemoval = (copy: BucketCopy, guest: GuestKey): number => {
  const entries = copy.of(guestPart(guest)).filter(({ place }) => place.kind === 'entry');
  if (entries.some(({ bytes }) => bytes !== undefined)) return 0;
  return Math.max(0, ...entries.map(({ revision }) => revision));
};
