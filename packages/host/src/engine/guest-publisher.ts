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
  /** What to say of where the guest stands; absent while this host has nothing to say of it. */
  readonly standing: () => Pick<Snapshot, 'epoch' | 'residence'> | undefined;
  /** Whether what could not be published may still be, though there is nothing to say any more. */
  readonly mayRepeat: () => boolean;
  /** How long readers believe what is not written anew, ms. */
  readonly maxAgeMs: () => number;
}

/** A snapshot is written so many times within the time for which it is believed. */
const WRITES_PER_AGE = 3;

/** The publisher of a guest's snapshots; none for a guest without a key, or a host without a hand-off. */
export const guestPublisher = (
  { guest, key, knowledge, warnings, standing, mayRepeat, maxAgeMs }: GuestPublisherParts,
  { handoff, clock, host, agent, bus }: EngineServices,
): SnapshotPublisher | undefined => {
  if (key === undefined || handoff === undefined) return undefined;
  return new SnapshotPublisher({
    handoff,
    clock,
    current: () => {
      const now = standing();
      if (now === undefined) return undefined;
      const process = guest.process === undefined ? {} : { process: guest.process };
      const origin = guest.origin === undefined ? {} : { origin: guest.origin };
      const writtenAt = clock.now();
      return knowledge.snapshot({
        guest: key,
        host,
        ...now,
        writtenAt,
        writer: { agent },
        ...process,
        ...origin,
      });
    },
    mayRepeat,
    refreshMs: () => maxAgeMs() / WRITES_PER_AGE,
    published: (snapshot) => {
      for (const { id, foreign = [] } of snapshot.nics)
        for (const mac of foreign) warnings.tell(taken(id, mac));
      bus.emit('snapshot:published', { guest, head: headOf(snapshot) });
    },
    failed: (problem) => warnings.tell(problem),
  });
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
