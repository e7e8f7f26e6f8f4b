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
  readonly tell: (problem: HeraldError) => void;
}

/** Finds out which of a guest's MACs are other guests'. Never rejects: what fails is told, and what was known counts. */
export const readOwners = async (
  evidence: readonly NicEvidence[],
  { otherGuests }: Pick<EngineServices, 'otherGuests'>,
  { signal, about, tell }: OwnersReading,
): Promise<void> => {
  try {
    await otherGuests.ask(doubtfulMacs(evidence), { signal, about });
  } catch (error) {
    if (!signal.aborted) tell(asHeraldError(error, 'HERALD_HANDOFF_FAILED', UNREAD));
  }
};

/** What is said where no store of the hand-off answers. */
export const UNREAD = 'the hand-off could not be read';
