import { type Token, token } from '../di/injection.js';
import type { Guest } from '../guest/guest.js';
import type { HandoffNote } from './handoff-note.js';
import type { HandoffOptions } from './handoff-options.js';

/**
 * Notes beside the hand-off entries of this host's guests, for plugins: over all stores that serve a guest and have room
 * for notes. A store that fails or hangs costs nothing where another has the note.
 */
export interface GuestNotes {
  /**
   * Leaves a note of this host, written now; false where no store of the guest has room for notes, or the guest has no
   * key. Rejects with HERALD_HANDOFF_NOTE for what is no note, see `encodeNote`, and where no store takes it.
   */
  put(guest: Guest, note: Pick<HandoffNote, 'kind' | 'body'>, options: HandoffOptions): Promise<boolean>;
  /**
   * The notes of all hosts, in the order of `writtenAt`; absent where no store of the guest has room for notes, or the
   * guest has no key. Rejects where none can be read.
   */
  read(guest: Guest, options: HandoffOptions): Promise<readonly HandoffNote[] | undefined>;
  /**
   * Calls `changed` some time after a note, or an entry, of the guest came or went; it may be called without need.
   * Returns the way to stop.
   */
  watch(guest: Guest, changed: () => void): () => void;
}

/** The notes of this host's guests; the host provides it. */
export const GUEST_NOTES: Token<GuestNotes> = token<GuestNotes>('core/guest-notes');
