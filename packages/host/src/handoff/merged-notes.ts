import {
  encodeNote,
  type HandoffNote,
  isHeraldError,
  MAX_NOTES_PER_GUEST,
  parseNote,
} from '@nic-herald/core';

/** The notes that several stores gave: each once, what is none left out, the newest that may be, in their order. Pure. */
export const mergedNotes = (given: readonly unknown[]): readonly HandoffNote[] => {
  const notes = new Map<string, HandoffNote>();
  for (const each of given) {
    const note = soundNote(each);
    if (note === undefined) continue;
    const { host, kind, writtenAt } = note;
    notes.set(JSON.stringify([host, kind, writtenAt]), note);
  }
  return [...notes.values()].sort((a, b) => a.writtenAt - b.writtenAt).slice(-MAX_NOTES_PER_GUEST);
};

/** A note as plain JSON, whatever the store keeps; absent where it is none. */
const soundNote = (value: unknown): HandoffNote | undefined => {
  try {
    const note = parseNote(encodeNote(value as HandoffNote));
    return isHeraldError(note) ? undefined : note;
  } catch {
    return undefined;
  }
};
