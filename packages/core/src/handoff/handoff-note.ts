import type { GuestKey } from '../guest/guest-identity.js';
import type { HandoffOptions } from './handoff-options.js';

/** Most bytes of a note as JSON in UTF-8. */
export const MAX_NOTE_BYTES = 1024;
/** Most notes that a store keeps of one guest; the oldest make room. */
export const MAX_NOTES_PER_GUEST = 16;
/** A store keeps a note for so long at least, and gives none that is older than twice that, ms. */
export const NOTE_KEPT_MS = 600_000;

/** Something small that a host has to say of a guest to the host that has it: that it saw an announcement come in. */
export interface HandoffNote {
  /** Name of the host that wrote it. */
  readonly host: string;
  /** What it is about: lower-case letters, digits and `-`, 1 to 32. Who knows none of that kind leaves it alone. */
  readonly kind: string;
  /** Ms since 1970 UTC by the writer's clock; of two of one host and kind the same time means the same note. */
  readonly writtenAt: number;
  /** Any JSON, nested at most 16 deep; checked by who knows the kind. */
  readonly body: unknown;
}

/** Notes beside the entries of guests, written by any host and read by all. */
export interface HandoffNotes {
  /**
   * Adds a note, or replaces that of the same host, kind and time. Rejects with HERALD_HANDOFF_NOTE where no host could
   * read it, see `encodeNote`.
   */
  put(guest: GuestKey, note: HandoffNote, options: HandoffOptions): Promise<void>;
  /** The notes of a guest that can be read, in the order of `writtenAt`; at most `MAX_NOTES_PER_GUEST`. */
  read(guest: GuestKey, options: HandoffOptions): Promise<readonly HandoffNote[]>;
}
