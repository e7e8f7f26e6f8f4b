import type { AnnounceMode, SendResult } from '@nic-herald/core';
import {
  type AnnouncePacing,
  type AnnounceTiming,
  DEFAULT_ANNOUNCE_PACING,
  DEFAULT_ANNOUNCE_TIMING,
  type RoundReport,
} from '@nic-herald/core/internal';
import { FakeClock } from '@nic-herald/testkit';
import type { ReadyBatch } from '../src/announce/announcement-round.js';
import { AnnouncementRun } from '../src/announce/announcement-run.js';
import { FramePacer } from '../src/announce/frame-pacer.js';
import { FrameSchedule } from '../src/announce/frame-schedule.js';

/** When the fake clock of `testRun` begins. */
export const START = 1000;

/** A run of made-up batches and what it sent, `a 0-1 50`: NIC, which frames of its batch, and when they left. */
export const testRun = (
  batches: readonly string[],
  timing: Partial<AnnounceTiming> = {},
  pacing: AnnouncePacing = DEFAULT_ANNOUNCE_PACING,
  mode: AnnounceMode = 'announce',
) => {
  const clock = new FakeClock(START);
  const sent: string[] = [];
  const told: RoundReport[] = [];
  const batch = (nic: string, over: Partial<ReadyBatch> = {}, result?: () => SendResult): ReadyBatch => ({
    nic,
    frames: [`${nic} 0`, `${nic} 1`],
    primaries: 1,
    firsts: 2,
    batch: {
      send: (first = 0, count = 0) => {
        sent.push(`${nic} ${count === 1 ? first : `${first}-${first + count - 1}`} ${clock.now() - START}`);
        return result === undefined ? { accepted: count } : result();
      },
    },
    ...over,
  });
  const pacer = new FramePacer(pacing, clock);
  const schedule = new FrameSchedule(clock);
  const run = new AnnouncementRun(
    batches.map((nic) => batch(nic)),
    { ...DEFAULT_ANNOUNCE_TIMING, ...timing },
    { clock, pacer, schedule, mode },
    (round) => told.push(round),
  );
  return { run, clock, schedule, sent, told, batch };
};

/** One frame in 10 ms, and none at once but the first. */
export const SLOW = { framesPerSecond: 100, burst: 1 };
