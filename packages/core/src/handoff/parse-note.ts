import * as z from 'zod';
import { HeraldError } from '../herald-error.js';
import { messageOf } from '../message-of.js';
import { type HandoffNote, MAX_NOTE_BYTES } from './handoff-note.js';
import { isNestedDeeperThan } from './nesting.js';
import { MAX_HOST_NAME } from './parse-snapshot.js';

/** How deep a note may be nested: its body, and one for itself. */
const MAX_NOTE_DEPTH = 17;
/** The last time that JavaScript's Date knows, ms since 1970 UTC. */
const MAX_TIME = 8.64e15;

const note = z.object({
  host: z.string().min(1).max(MAX_HOST_NAME),
  kind: z.string().regex(/^[a-z0-9-]{1,32}$/, 'not 1 to 32 of a-z, 0-9 and -'),
  writtenAt: z.number().min(0).max(MAX_TIME),
  body: z.unknown().refine((body) => body !== undefined, 'missing'),
});

/**
 * Checks what claims to be a note, from the bytes on: untrusted, whoever stored it. Returns it without unknown members,
 * or HERALD_HANDOFF_NOTE that says what is wrong.
 */
export const parseNote = (bytes: Uint8Array): HandoffNote | HeraldError => {
  if (bytes.length > MAX_NOTE_BYTES) {
    return invalid(`it has ${bytes.length} bytes, at most ${MAX_NOTE_BYTES} are read`);
  }
  try {
    return checked(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (error) {
    return invalid(`it is no JSON (${messageOf(error)})`, error);
  }
};

/** A note as the bytes in which a store keeps it. Throws HERALD_HANDOFF_NOTE for one that `parseNote` would refuse. */
export const encodeNote = (given: HandoffNote): Uint8Array => {
  let bytes: Uint8Array;
  try {
    bytes = new TextEncoder().encode(JSON.stringify(given));
  } catch (error) {
    throw invalid(`it is no JSON (${messageOf(error)})`, error);
  }
  const parsed = parseNote(bytes);
  if (parsed instanceof Error) throw parsed;
  return bytes;
};

const checked = (input: unknown): HandoffNote | HeraldError => {
  if (isNestedDeeperThan(MAX_NOTE_DEPTH, input)) return invalid('its body is nested more than 16 deep');
  const parsed = note.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return invalid(`${issue?.path.join('.') || 'note'}: ${issue?.message ?? 'wrong'}`);
};

const invalid = (why: string, cause?: unknown): HeraldError =>
  new HeraldError(
    'HERALD_HANDOFF_NOTE',
    `not a note: ${why}. A note has at most ${MAX_NOTE_BYTES} bytes of JSON: a host, a kind, writtenAt and a body. ` +
      'Mend what wrote it',
    cause === undefined ? {} : { cause },
  );
