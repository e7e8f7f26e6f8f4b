import {
  ANNOUNCEMENT_COMPANION,
  type AnnouncementCompanion,
  CLOCK,
  type Clock,
  type PluginFactory,
} from '@nic-herald/core';

/** Notes in each report how many rounds were sent and, ten seconds later, whether the guest stayed. */
export const arrivalNote = (clock: Clock): AnnouncementCompanion => ({
  name: 'arrivalNote',
  accompany: ({ report }) => {
    let [rounds, stayed] = [0, true];
    let end = (): void => {
      stayed = false;
    };
    return {
      round: () => void rounds++,
      cancelled: () => end(),
      over: () => {
        report({ rounds }); // for the first report: what follows comes too late for it
        return new Promise((resolve) => {
          const tell = (): void => resolve({ rounds, stayed });
          const cancelTimer = clock.setTimer(stayed ? 10_000 : 0, tell);
          end = () => {
            cancelTimer();
            stayed = false;
            tell();
          };
        });
      },
      close: () => end(),
    };
  },
});

export const plugin: PluginFactory = () => ({
  name: '@example/nic-herald-arrival-note',
  contract: 2,
  install: (registrar) =>
    registrar.contribute(ANNOUNCEMENT_COMPANION, { factory: ({ get }) => arrivalNote(get(CLOCK)) }),
});
