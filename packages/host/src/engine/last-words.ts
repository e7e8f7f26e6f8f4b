import type { GuestKey, Snapshot } from '@nic-herald/core';
import { stationContent } from '../knowledge/station-content.js';
import type { EngineServices } from './engine-services.js';
import { fetchHandoff } from './fetch-handoff.js';

/**
 * How long after the resume the source's last snapshot is waited for, ms. It is written when the guest stops
 * there; a hand-off that gets no notice of it sees it a quarter of a second later.
 */
export const LAST_WORDS_MS = 400;

/**
 * Tells of what the source publishes of a guest that already runs here: where QEMU does not tell of migrations,
 * the source learns of this one when the guest stops, and what it writes then races the resume. Resolves when
 * nothing more is waited for. Never rejects: what fails here was told of when the plan was made.
 */
export const hearLastWords = async (
  key: GuestKey | undefined,
  heard: { readonly newest?: Snapshot; readonly epoch: number },
  services: Pick<EngineServices, 'handoff' | 'clock' | 'host'>,
  signal: AbortSignal,
  told: (snapshot: Snapshot) => void,
): Promise<void> => {
  const { handoff, clock, host } = services;
  if (key === undefined || handoff === undefined || signal.aborted) return;
  let content = contentOf(heard.newest);
  let isOver = false;
  const listen = async (): Promise<void> => {
    // As for a guest still to come: what this host itself says of it is no news.
    const { newest } = await fetchHandoff(key, 'incoming', services, signal, heard.epoch);
    if (isOver || newest === undefined || newest.host === host || contentOf(newest) === content) return;
    content = contentOf(newest);
    told(newest);
  };
  const unwatch = handoff.watch(key, () => void listen().catch(() => {}));
  await new Promise<void>((resolve) => {
    const cancel = clock.setTimer(LAST_WORDS_MS, resolve);
    const stop = (): void => {
      cancel();
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  isOver = true;
  unwatch();
};

/** What a snapshot says, but for the ages. */
const contentOf = (snapshot: Snapshot | undefined): string | undefined =>
  snapshot &&
  JSON.stringify(
    snapshot.nics.map((nic) => ({
      ...nic,
      learned: nic.learned.map((each) => stationContent(each)).sort(),
    })),
  );
