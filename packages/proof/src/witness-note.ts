import type { HandoffNote } from '@nic-herald/core';
import * as z from 'zod';

/** The kind of a note that says which announcements of a guest came back to the host that it left. */
export const WITNESS_KIND = 'witness';

/** Of a seal so many bytes stand in a note: enough to know it again, and not enough to make it. */
const TOKEN_BYTES = 3;
/** Most seals that a note has; it may hold 1024 bytes. */
export const MOST_PER_NOTE = 200;

/** What a host that a guest left says of its move. */
export interface WitnessNote {
  /** The epoch of the snapshot that it handed over. */
  readonly epoch: number;
  /** Whether it listens. */
  readonly listens: boolean;
  /** The beginnings of the seals that it saw come in, in base64, one after another. */
  readonly seen: string;
}

const witnessNote = z.object({
  epoch: z.number().int().min(0),
  listens: z.boolean(),
  seen: z.string().max(MOST_PER_NOTE * 4),
});

/** What a note says, where it is one of a witness. */
export const parseWitnessNote = ({ kind, body }: HandoffNote): WitnessNote | undefined => {
  const parsed = kind === WITNESS_KIND ? witnessNote.safeParse(body) : undefined;
  return parsed?.success === true ? parsed.data : undefined;
};

/** Seals as a note has them. */
export const seenText = (seals: readonly Uint8Array[]): string =>
  seals.map((seal) => Buffer.from(seal.subarray(0, TOKEN_BYTES)).toString('base64')).join('');

/** The seals of a note, each as `seenText` has it. */
export const tokensOf = ({ seen }: WitnessNote): readonly string[] => seen.match(/.{4}/g) ?? [];
