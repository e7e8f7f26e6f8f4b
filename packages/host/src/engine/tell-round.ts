import type { Guest } from '@nic-herald/core';
import type { RoundReport } from '@nic-herald/core/internal';
import type { EngineServices } from './engine-services.js';
import type { GuestObservation } from './guest-observation.js';
import type { PreparedAnnouncement } from './prepared-announcement.js';

/** Whose round it is. */
interface RoundSession {
  readonly guest: Guest;
  readonly services: Pick<EngineServices, 'bus' | 'clock'>;
  readonly observation: Pick<GuestObservation, 'injected'>;
  /** Its epoch when the round is told. */
  readonly epoch: () => number;
}

/** Tells of a round after the frames of all guests that wait in this turn are out. */
export const tellRound = (
  round: RoundReport,
  announcement: PreparedAnnouncement,
  session: RoundSession,
): void => {
  const { guest, observation, services } = session;
  const { bus, clock } = services;
  clock.setTimer(0, () => {
    observation.injected(announcement);
    const accounted = announcement.accounted(round);
    bus.emit('announce:round-finished', {
      guest,
      epoch: session.epoch(),
      round: accounted,
      ...announcement.told,
    });
  });
};
