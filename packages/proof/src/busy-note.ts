import type { HandoffNote } from '@nic-herald/core';
import * as z from 'zod';
import { MOST_TOKENS_LENGTH } from './seal-tokens.js';

/** The kind of a note that says to which stations of a guest frames were sent often, until it left. */
export const BUSY_KIND = 'busy';

/** What the host that a guest left says of the frames that were sent to it there. */
export interface BusyNote {
  /** The epoch of the snapshot that it handed over. */
  readonly epoch: number;
  /** The tokens of the seals of stations that were sent at least ten frames a second, see `sealTokens`. */
  readonly busy: string;
}

const busyNote = z.object({ epoch: z.number().int().min(0), busy: z.string().max(MOST_TOKENS_LENGTH) });

/** What a note says, where it is one of these. */
export const parseBusyNote = ({ kind, body }: HandoffNote): BusyNote | undefined =>
  kind === BUSY_KIND ? busyNote.safeParse(body).data : undefined;
