import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { evacuees, startDestinations, stationsPerGuest } from '../evacuation.js';
import { type KillMoment, type KillOutcome, killAt } from '../kill-moment.js';
import { seededRandom } from '../seeded-random.js';
import type { StagedCase } from '../staged-case.js';
import { withRig } from '../staged-rig.js';

/** At the default pace the first round takes as long, ms. On a busy machine it may take longer. */
const firstRoundMs = 1000;
const firstRoundFrames = evacuees.length * stationsPerGuest;
const manyEntries = 3000;

/** Whenever an agent is ended in the middle of an evacuation, the next one sends what is owed. */
const evacuationKill: StagedCase = {
  name: 'evacuation-kill',
  summary:
    '20 guests with 1001 stations each resume, their agent is ended at random moments: no station is lost',
  run: ({ directory, moments, seed }) =>
    withRig({ directory, taps: evacuees.length, apart: true }, async (rig) => {
      const faults: string[] = [];
      const notes: string[] = [`moments drawn from --seed ${seed}`];
      const qemus = await startDestinations(rig);
      for (const moment of drawn(moments, seed)) {
        const outcome = await killAt(rig, qemus, moment);
        const line = `${moment.number}: ${told(moment, outcome)}`;
        notes.push(line);
        await appendFile(join(directory, 'moments.txt'), `${line}\n`);
        const { lost, elsewhere, uncaptured } = outcome;
        const which = `moment ${moment.number}`;
        if (lost.length > 0) {
          faults.push(`${which}: ${lost.length} stations lost, ${lost.slice(0, 3).join(', ')}, ...`);
        }
        if (elsewhere > 0) faults.push(`${which}: ${elsewhere} stations announced on A too`);
        if (uncaptured > 0) faults.push(`${which}: the capture lost ${uncaptured} frames and proves nothing`);
      }
      return { faults, notes };
    }),
};

/**
 * Half of the moments by the clock, each within its share of the first round; half by how much of it has left, which
 * finds its end also where it takes longer.
 */
function drawn(count: number, seed: number): KillMoment[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const share = (index + random()) / count;
    const when =
      index % 2 === 0
        ? { afterMs: share * firstRoundMs }
        : { afterFrames: Math.floor(share * firstRoundFrames) };
    return {
      ...{ number: index + 1, when, signal: random() < 0.5 ? 'SIGTERM' : 'SIGKILL' },
      ...{ otherEntries: index === 1 ? manyEntries : 0, withSources: index === 2 },
    };
  });
}

function told({ signal, otherEntries, withSources }: KillMoment, outcome: KillOutcome): string {
  const { killedAfterMs, framesBefore, framesAfter, lost, repeated, healedMs } = outcome;
  const healed = healedMs === undefined ? '' : `, all sent ${(healedMs / 1000).toFixed(1)} s later`;
  return [
    `${signal} ${killedAfterMs.toFixed(0)} ms after RESUME: ${framesBefore} frames before, ${framesAfter} after`,
    `${lost.length} stations lost, ${repeated} repeated${healed}`,
    ...(otherEntries > 0 ? [`${otherEntries} other entries`] : []),
    ...(withSources ? ['the sources linger'] : []),
  ].join('; ');
}

export const evacuation: readonly StagedCase[] = [evacuationKill];
