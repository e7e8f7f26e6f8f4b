import { asHeraldError, type HeraldError } from '@nic-herald/core';
import { MacAddress } from '@nic-herald/wire';
import type { AskedAbout } from '../handoff/other-guests.js';
import { usedMacs } from '../knowledge/foreign-macs.js';
import type { NicEvidence } from '../plan/nic-evidence.js';
import type { EngineServices } from './engine-services.js';

/** The MACs that a guest is to be announced with and that may be another's: all but each NIC's own primary one. */
export const doubtfulMacs = (evidence: readonly NicEvidence[]): ReadonlySet<MacAddress> =>
  new Set(evidence.flatMap((each) => usedMacs(each)).filter((mac) => MacAddress.isStationAddress(mac)));

/** How the owners are asked for. */
export interface OwnersReading {
  readonly signal: AbortSignal;
  readonly about: AskedAbout;
  /** How long the answer is waited for, ms. */
  readonly limitMs?: number;
  readonly tell: (problem: HeraldError) => void;
}

/** How long it is waited for where a guest is about to run, or does: what is known by then counts. */
export const OWNERS_SOON_MS = 500;

/**
 * Finds out which of a guest's MACs are other guests'. Never rejects: false where there was no answer in time, which is
 * told, and what was known counts.
 */
export const readOwners = async (
  evidence: readonly NicEvidence[],
  { otherGuests }: Pick<EngineServices, 'otherGuests'>,
  { tell, ...question }: OwnersReading,
): Promise<boolean> => {
  try {
    await otherGuests.ask(doubtfulMacs(evidence), question);
    return true;
  } catch (error) {
    if (!question.signal.aborted) tell(asHeraldError(error, 'HERALD_HANDOFF_FAILED', UNREAD));
    return false;
  }
};

/** What is said where no store of the hand-off answers. */
export const UNREAD = 'the hand-off could not be read';
