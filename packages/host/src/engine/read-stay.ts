import { asHeraldError, type Guest } from '@nic-herald/core';
import type { ListedNic } from '../ports/listed-nic.js';
import { judgeStay, type StayVerdict } from '../residence/judge-stay.js';
import type { Judgement } from '../residence/residence.js';
import type { EngineServices } from './engine-services.js';
import type { GuestHandoff } from './guest-handoff.js';
import { UNREAD } from './read-owners.js';

/** Of whom it is asked. */
export interface StayQuestion {
  readonly guest: Guest;
  readonly handoff: GuestHandoff;
  /** The guest's epoch as known here. */
  readonly knownEpoch: number;
  /** The NICs as the guest tells them now. Rejects within a deadline. */
  readonly list: (signal: AbortSignal) => Promise<readonly ListedNic[]>;
  readonly signal: AbortSignal;
}

/**
 * Reads the hand-off, and finds out what it says of a guest that runs here; what it said is in `handoff.last` then. Rejects
 * where no store can be read, or the guest does not tell its NICs.
 */
export const readStay = async (
  { guest, handoff, knownEpoch, list, signal }: StayQuestion,
  judgement: Judgement,
  services: EngineServices,
): Promise<StayVerdict> => {
  const [fetched, nics] = await Promise.all([
    handoff.fetch().catch((error: unknown) => {
      throw asHeraldError(error, 'HERALD_HANDOFF_FAILED', UNREAD);
    }),
    list(signal),
  ]);
  const primaryMacs = nics.map(({ primaryMac }) => primaryMac);
  handoff.last = handoff.read(fetched, { guestIs: 'running', primaryMacs, knownEpoch });
  const { maxAgeMs } = handoff;
  const at = { host: services.host, guest, knownEpoch, now: services.clock.now(), maxAgeMs };
  return judgeStay(handoff.last, at, judgement);
};
