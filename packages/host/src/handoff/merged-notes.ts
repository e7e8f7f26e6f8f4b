import { encodeNote, type HandoffNote, MAX_NOTES_PER_GUEST } from '@nic-herald/core';

/** The notes that several stores gave: each once, what is none left out, the newest that may be, in their order. Pure. */
export const mergedNotes = (given: readonly unknown[]): readonly HandoffNote[] => {
  const notes = new Map<string, HandoffNote>();
  for (const each of given) {
    if (!isNote(each)) continue;
    const { host, kind, writtenAt } = each;
    notes.set(JSON.stringify([host, kind, writtenAt]), each);
  }
  return [...notes.values()].sort((a, b) => a.writtenAt - b.writtenAt).slice(-MAX_NOTES_PER_GUEST);
};

const isNote = (value: unknown): value is HandoffNote => {
  try {
    encodeNote(value as HandoffNote);
    return true;
  } catch {
    return false;
  }
};
