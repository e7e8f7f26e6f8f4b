import { type Guest, type GuestKey, HeraldError, headOf, type Snapshot } from '@nic-herald/core';
import type { GuestKnowledge } from '../knowledge/guest-knowledge.js';
import type { EngineServices } from './engine-services.js';
import type { GuestWarnings } from './guest-warnings.js';
import { SnapshotPublisher } from './snapshot-publisher.js';

/** What a guest's snapshots are made of. */
export interface GuestPublisherParts {
  readonly guest: Guest;
  readonly key: GuestKey | undefined;
  readonly knowledge: GuestKnowledge;
  readonly warnings: GuestWarnings;
  /** The epoch to publish under; absent while this host has nothing to say of the guest. */
  readonly epoch: () => number | undefined;
}

/** The publisher of a guest's snapshots; none for a guest without a key, or a host without a hand-off. */
export const guestPublisher = (
  { guest, key, knowledge, warnings, epoch }: GuestPublisherParts,
  { handoff, clock, host, bus }: EngineServices,
): SnapshotPublisher | undefined => {
  if (key === undefined || handoff === undefined) return undefined;
  const current = (): Snapshot | undefined => {
    const now = epoch();
    return now === undefined ? undefined : knowledge.snapshot(key, host, now);
  };
  const published = (snapshot: Snapshot): void => {
    for (const { id, foreign = [] } of snapshot.nics)
      for (const mac of foreign) warnings.tell(taken(id, mac));
    bus.emit('snapshot:published', { guest, head: headOf(snapshot) });
  };
  return new SnapshotPublisher(handoff, clock, current, published, (problem) => warnings.tell(problem));
};

const taken = (nic: string, mac: string): HeraldError =>
  new HeraldError(
    'HERALD_STATION_FOREIGN',
    `${nic}: the guest uses ${mac}, which is another guest's primary MAC; it will not be announced for this one`,
    { details: { nic, mac } },
  );

/** Why a guest without a key has no publisher. */
export const unnamed = (guest: Guest): HeraldError =>
  new HeraldError(
    'HERALD_GUEST_UNNAMED',
    `a guest (${guest.instance}) has neither UUID nor name: what is known of it cannot be handed over; start it with -uuid or -name`,
  );
