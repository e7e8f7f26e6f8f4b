import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TapReceiver } from '../../lab/tap-receiver.js';
import { compiledProgram } from '../compiled-programs.js';
import { entryFile, plainEntry, writeEntry } from '../handoff-files.js';
import { type HeardFrame, heardSince } from '../heard-frames.js';
import { type PlayedGuest, web, webGuest, webNic } from '../played-guest.js';
import type { StagedCase } from '../staged-case.js';
import { type StagedRig, withRig } from '../staged-rig.js';

/** When each round is due, ms after RESUME, and how late its last frame may be where nobody is in the way. */
const rounds = [
  { dueMs: 0, lateMs: 60 },
  { dueMs: 50, lateMs: 40 },
  { dueMs: 200, lateMs: 40 },
  { dueMs: 450, lateMs: 40 },
  { dueMs: 800, lateMs: 40 },
];
const attempts = 3;
/** What was told before RESUME has been listened to after this. */
const settleMs = 1000;
/** All rounds should long be over. */
const limitMs = 3000;
const plugin = compiledProgram('staged/blocking-observer');
/** The played machine sends no frame that would set ours off, so the agents are not to wait for one. */
const agentSends = "{ use: '@nic-herald/sink-linux', with: { inKernel: false } }";

const secondary = Array.from({ length: 63 }, (_, index) => mac(index));
const guest: PlayedGuest = { ...webGuest, nics: [{ ...webNic, filter: { unicast: secondary } }] };

/** Who observes must not stand between RESUME and the frames. */
const slowObserverCase: StagedCase = {
  name: 'slow-observer',
  summary: 'a plugin holds the agent up for 100 ms at every event: no round of 64 stations is late for it',
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const alone = await lateness(rig, `plugins: [${agentSends}]\n`);
      const notes = [`last frame of each round after it was due: ${told(alone)} without the plugin`];
      const faults: string[] = [];
      // Two busy cores make anybody late now and then: who is late by design is so every time.
      for (let attempt = 1; attempt <= attempts; attempt++) {
        const observed = await lateness(rig, `plugins: ['${plugin}', ${agentSends}]\n`);
        notes.push(`with it ${told(observed)}`);
        faults.splice(0, faults.length, ...lateFaults(observed, alone));
        if (faults.length === 0) break;
      }
      return { faults, notes };
    }),
};

/** How late the last frame of each round was, ms; undefined for a round that is not all there. */
async function lateness(rig: StagedRig, config?: string): Promise<(number | undefined)[]> {
  await rm(entryFile(rig, web.key, 'B'), { force: true });
  await writeEntry(rig, plainEntry({ guest: web.key, primaryMac: web.primary, learned: secondary }));
  const B = await rig.agent('B', config === undefined ? {} : { config });
  const qemu = await rig.qemu('B', guest, { incoming: true });
  await B.armed(1 + secondary.length);
  await sleep(settleMs);
  const uplink = await rig.uplink('B');
  const resumedAt = await qemu.arrives();
  const heard = await allRounds(uplink, resumedAt);
  await Promise.all([uplink.stop(), qemu.stop()]);
  await B.stop();
  return rounds.map(({ dueMs }, round) => {
    const lastAt = lastOfRound(heard, round);
    return lastAt === undefined ? undefined : lastAt - resumedAt - dueMs;
  });
}

/** What was heard when every round was complete, or should long have been. */
async function allRounds(uplink: TapReceiver, resumedAt: number): Promise<HeardFrame[]> {
  for (;;) {
    const heard = await heardSince(uplink, resumedAt);
    const isOver = lastOfRound(heard, rounds.length - 1) !== undefined;
    if (isOver || Date.now() - resumedAt > limitMs) return heard;
  }
}

/** When the last station was sent for the `round`-th time, from 0. */
function lastOfRound(heard: readonly HeardFrame[], round: number): number | undefined {
  const times = [web.primary, ...secondary].map((mac) => {
    return heard.filter(({ station, isRarp }) => isRarp && station === mac)[round]?.atMs;
  });
  return times.some((time) => time === undefined) ? undefined : Math.max(...times.map((time) => time ?? 0));
}

function lateFaults(
  observed: readonly (number | undefined)[],
  alone: readonly (number | undefined)[],
): string[] {
  return rounds.flatMap(({ lateMs }, index) => {
    const late = observed[index];
    if (late === undefined) return [`round ${index + 1} is not complete`];
    const limit = lateMs + Math.max(0, alone[index] ?? 0);
    if (late <= limit) return [];
    return [
      `round ${index + 1} is over ${late.toFixed(0)} ms after it was due, at most ${limit.toFixed(0)} may be`,
    ];
  });
}

const told = (late: readonly (number | undefined)[]): string =>
  `${late.map((each) => each?.toFixed(1) ?? 'never').join(', ')} ms`;

function mac(index: number): string {
  return `52:54:00:aa:03:${index.toString(16).padStart(2, '0')}`;
}

export const slowObserver: readonly StagedCase[] = [slowObserverCase];
