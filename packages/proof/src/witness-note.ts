import type { HandoffNote } from '@nic-herald/core';
import * as z from 'zod';
import { MOST_TOKENS_LENGTH } from './seal-tokens.js';

/** The kind of a note that says which announcements of a guest came back to the host that it left. */
export const WITNESS_KIND = 'witness';

/**
 * So long after the first of an announcement came in, the source says once more how long ago STOP was, ms: at RESUME both hosts are busy, and a note that is
 * read late says little of it.
 */
export const CALM_AFTER_MS = 500;
/** No move takes longer, ms. */
const MAX_SINCE_STOP_MS = 3_600_000;

/** What a host that a guest left says of its move. It says how long something took, for its clock may be any. */
export interface WitnessNote {
  /** The epoch of the snapshot that it handed over. */
  readonly epoch: number;
  /** Whether it listens. */
  readonly listens: boolean;
  /** The tokens of the seals that it saw come in, see `sealTokens`. */
  readonly seen: string;
  /** From the hypervisor's STOP until this was written, ms; absent: its stamp is not known. */
  readonly sinceStopMs?: number | undefined;
  /** From STOP until the first of the announcements came in, ms; absent: none did as yet, or STOP is not known. */
  readonly heardMs?: number | undefined;
}

const sinceStop = z.number().min(0).max(MAX_SINCE_STOP_MS).optional();
const witnessNote = z.object({
  epoch: z.number().int().min(0),
  listens: z.boolean(),
  seen: z.string().max(MOST_TOKENS_LENGTH),
  sinceStopMs: sinceStop,
  heardMs: sinceStop,
});

/** Whether a note is the one that says again when the guest was stopped: no later one says more of that. */
export const isCalm = ({ sinceStopMs = Number.NaN, heardMs = Number.NaN }: WitnessNote): boolean =>
  sinceStopMs - heardMs >= CALM_AFTER_MS;

/** What a note says, where it is one of a witness. */
export const parseWitnessNote = ({ kind, body }: HandoffNote): WitnessNote | undefined =>
  kind === WITNESS_KIND ? witnessNote.safeParse(body).data : undefined;
