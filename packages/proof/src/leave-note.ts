import type { Guest, GuestNotes, HandoffNote } from '@nic-herald/core';

/** How long the store may take, ms. */
const NOTE_MS = 5000;

/** Leaves a note beside the guest's entry. A store that does not take it costs that note: it is not tried again. Never rejects. */
export const leaveNote = async (
  notes: Pick<GuestNotes, 'put'>,
  guest: Guest,
  note: Pick<HandoffNote, 'kind' | 'body'>,
): Promise<void> => {
  await notes.put(guest, note, { signal: AbortSignal.timeout(NOTE_MS) }).catch(() => false);
};
