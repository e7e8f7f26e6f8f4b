import type { AnnouncementCompanion, Clock, PluginFactory } from '@nic-herald/core';
import { ANNOUNCEMENT_COMPANION, CLOCK } from '@nic-herald/core';

/** Notes in each report how many rounds were sent and, ten seconds later, whether the guest stayed. */
export const arrivalNote = (clock: Clock): AnnouncementCompanion => ({
  name: 'arrivalNote',
  accompany: ({ report }) => {
    const gone = new AbortController();
    return {
      cancelled: () => gone.abort(),
      over: ({ rounds: { length: rounds } }) => {
        if (gone.signal.aborted) return { rounds, stayed: false };
        report({ rounds }); // for the first report: what follows comes too late for it
        return new Promise((resolve) => {
          const cancelTimer = clock.setTimer(10_000, () => resolve({ rounds, stayed: true }));
          gone.signal.addEventListener('abort', () => {
            cancelTimer();
            resolve({ rounds, stayed: false });
          });
        });
      },
      close: () => gone.abort(),
    };
  },
});

export const plugin: PluginFactory = () => ({
  name: '@example/nic-herald-arrival-note',
  contract: 2,
  install: (registrar) =>
    registrar.contribute(ANNOUNCEMENT_COMPANION, { factory: ({ get }) => arrivalNote(get(CLOCK)) }),
});
