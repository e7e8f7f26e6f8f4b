import {
  asHeraldError,
  type Clock,
  type Guest,
  guestLabel,
  type HeraldError,
  type NicDescriptor,
} from '@nic-herald/core';
import { withDeadline } from '../announce/deadline.js';
import { CAPTURE_DEADLINE_MS } from '../knowledge/read-nic.js';

/** The guest's NICs as it tells them now. Rejects within a deadline where it does not. */
export const listNics = async (
  guest: Guest,
  clock: Clock,
  signal?: AbortSignal,
): Promise<readonly NicDescriptor[]> => {
  try {
    return await withDeadline(
      clock,
      CAPTURE_DEADLINE_MS,
      'listing the NICs',
      (listSignal) => guest.nics({ signal: listSignal }),
      signal,
    );
  } catch (error) {
    throw unreadable(guest, error);
  }
};

/** What is told where a guest does not answer. */
export const unreadable = (guest: Guest, error: unknown): HeraldError =>
  asHeraldError(error, 'HERALD_GUEST_UNREADABLE', `${guestLabel(guest.identity)} does not tell its NICs`);
