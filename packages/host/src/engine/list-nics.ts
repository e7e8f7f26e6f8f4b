import {
  asHeraldError,
  type Guest,
  guestLabel,
  type HeraldError,
  messageOf,
  type NicDescriptor,
} from '@nic-herald/core';
import { withDeadline } from '../announce/deadline.js';
import { CAPTURE_DEADLINE_MS } from '../knowledge/read-nic.js';
import type { ListedNic } from '../ports/listed-nic.js';
import { portsOf } from '../ports/ports-of.js';
import type { EngineServices } from './engine-services.js';

/** The guest's NICs as it tells them now, with the ports found for them. Rejects within a deadline where it does not tell. */
export const listNics = async (
  guest: Guest,
  { clock, ports, findingPorts }: Pick<EngineServices, 'clock' | 'ports' | 'findingPorts'>,
  signal?: AbortSignal,
): Promise<readonly ListedNic[]> => {
  try {
    const told = await withDeadline(
      clock,
      CAPTURE_DEADLINE_MS,
      'listing the NICs',
      (listSignal) => guest.nics({ signal: listSignal }),
      signal,
    );
    // Each port has a deadline, which is not to measure the other guests.
    return await findingPorts.run(() => portsOf(eachOnce(told), ports, clock, signal));
  } catch (error) {
    throw unreadable(guest, error);
  }
};

/** A NIC is known by its id: a second one of that id is left out. */
const eachOnce = (told: readonly NicDescriptor[]): readonly NicDescriptor[] => {
  const ids = new Set<string>();
  return told.filter(({ id }) => {
    const isNew = !ids.has(id);
    ids.add(id);
    return isNew;
  });
};

/** What is told where a guest does not answer. */
export const unreadable = (guest: Guest, error: unknown): HeraldError =>
  asHeraldError(
    error,
    'HERALD_GUEST_UNREADABLE',
    `${guestLabel(guest.identity)} does not tell its NICs: ${messageOf(error)}`,
  );
