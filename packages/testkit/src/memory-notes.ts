import {
  encodeNote,
  type GuestKey,
  type HandoffNote,
  type HandoffNotes,
  type HandoffOptions,
  isHeraldError,
  MAX_NOTES_PER_GUEST,
  NOTE_KEPT_MS,
  parseNote,
} from '@nic-herald/core';

/** What the notes need of the store beside whose entries they lie. */
export interface NotedStore {
  /** Throws where the store cannot be reached, or the call is to end. */
  reach(options?: HandoffOptions): void;
  changed(guest: GuestKey): void;
}

interface StoredNote {
  readonly note: HandoffNote;
  readonly bytes: Uint8Array;
  readonly storedAt: number;
}

/** The notes of a hand-off in memory. */
export class MemoryNotes implements HandoffNotes {
  private readonly written = new Map<GuestKey, readonly StoredNote[]>();

  constructor(
    private readonly now: () => number,
    private readonly store: NotedStore,
  ) {}

  async put(guest: GuestKey, note: HandoffNote, options?: HandoffOptions): Promise<void> {
    this.store.reach(options);
    const bytes = encodeNote(note);
    const others = this.fresh(guest).filter((each) => !isSame(each.note, note));
    const all = [...others, { note, bytes, storedAt: this.now() }];
    this.written.set(guest, all.slice(-MAX_NOTES_PER_GUEST));
    this.store.changed(guest);
  }

  async read(guest: GuestKey, options?: HandoffOptions): Promise<readonly HandoffNote[]> {
    this.store.reach(options);
    return this.fresh(guest)
      .flatMap(({ bytes }) => {
        const note = parseNote(bytes);
        return isHeraldError(note) ? [] : [note];
      })
      .sort((a, b) => a.writtenAt - b.writtenAt);
  }

  /** Forgets the notes of a guest. */
  forget(guest: GuestKey): void {
    this.written.delete(guest);
  }

  private fresh(guest: GuestKey): readonly StoredNote[] {
    return (this.written.get(guest) ?? []).filter(({ storedAt }) => this.now() - storedAt <= NOTE_KEPT_MS);
  }
}

const isSame = (a: HandoffNote, b: HandoffNote): boolean =>
  a.host === b.host && a.kind === b.kind && a.writtenAt === b.writtenAt;
