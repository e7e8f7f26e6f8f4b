import { type Guest, isSameProcess, type Snapshot } from '@nic-herald/core';
import { pause } from '../announce/end-of-turn.js';
import type { FetchedEntries } from '../handoff/guest-stores.js';
import type { HandoffReading } from '../knowledge/newest-snapshot.js';
import { stationContent } from '../knowledge/station-content.js';
import type { EngineServices } from './engine-services.js';
import type { GuestHandoff } from './guest-handoff.js';
import { Pace } from './pace.js';
import { PacedWork } from './paced-work.js';

/**
 * How long after the resume the source's last snapshot is waited for, ms. It is written when the guest stops
 * there; a hand-off that gets no notice of it sees it a quarter of a second later.
 */
export const LAST_WORDS_MS = 400;

/** How often it is looked at in that time, ms, where a store tells of ever new changes. */
const HEAR_EVERY_MS = 50;

/** Whose last words are waited for, and how they are read. */
export interface LastWordsOf {
  readonly guest: Pick<Guest, 'process'>;
  readonly handoff: Pick<GuestHandoff, 'key' | 'stores'>;
  /** What was heard before. */
  readonly heard: HandoffReading;
  /** What entries say now. */
  readonly read: (fetched: FetchedEntries | undefined) => HandoffReading;
}

/**
 * Tells of what the source publishes of a guest that already runs here: where QEMU does not tell of migrations,
 * the source learns of this one when the guest stops, and what it writes then races the resume. Resolves when
 * nothing more is waited for. Rejects only where what was heard before cannot be told from what comes.
 */
export const hearLastWords = async (
  { guest, handoff: { key, stores }, heard, read }: LastWordsOf,
  services: Pick<EngineServices, 'clock' | 'host'>,
  signal: AbortSignal,
  told: (snapshot: Snapshot) => void,
): Promise<void> => {
  if (key === undefined || stores.all.length === 0 || signal.aborted) return;
  let content = contentOf(heard.newest);
  let isOver = false;
  const listen = async (): Promise<void> => {
    const fetched = await stores.fetch({ signal, isUrgent: true });
    const upTo = fetched && {
      ...fetched,
      entries: fetched.entries.filter(
        (entry) => !('snapshot' in entry) || entry.snapshot.epoch <= heard.epoch,
      ),
    };
    const { newest } = read(upTo);
    // Where the source's entry is gone by now, what is left is of an earlier stay, or of a former life.
    if (isOver || newest === undefined || newest.epoch < heard.epoch) return;
    if (isOurs(newest) || contentOf(newest) === content) return;
    content = contentOf(newest);
    told(newest);
  };
  /** What this agent says of the guest as it runs here is no news; what it said of it in another process is. */
  const isOurs = ({ host, process }: Snapshot): boolean =>
    host === services.host &&
    (process === undefined || guest.process === undefined || isSameProcess(process, guest.process));
  const { clock } = services;
  const hearing = new PacedWork(clock, new Pace(clock, HEAR_EVERY_MS), () => listen().catch(() => {})); // the plan's making told what fails
  const unwatch = stores.watch(() => hearing.request());
  hearing.request(); // what came while the last plan was being made had no listener
  await pause(clock, LAST_WORDS_MS, signal);
  isOver = true;
  unwatch();
  void hearing.close();
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
