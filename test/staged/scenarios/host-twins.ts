import { webRuns } from '../guest-scenes.js';
import { atTap, otherGuest, type PlayedGuest, webGuest } from '../played-guest.js';
import type { StagedCase } from '../staged-case.js';
import { withRig } from '../staged-rig.js';

/** A running guest's entry is written anew every third of this: seconds. */
const maxAge = 6;
const limitMs = 10_000;

/** Two agents that were given one host name. */
function hostTwin(name: string, summary: string, second: PlayedGuest): StagedCase {
  return {
    name,
    summary,
    run: ({ directory }) =>
      withRig({ directory }, async (rig) => {
        const config = `learner: { maxAge: ${maxAge} }\n`;
        const [A, C] = await Promise.all([rig.agent('A', { config }), rig.agent('C', { config, host: 'A' })]);
        await webRuns(rig, 'A');
        await rig.qemu('C', second);
        await C.appeared();
        const since = Date.now();
        const waits = [A, C].map(async (agent) => {
          await agent.line('HERALD_HOST_TWIN', ({ code }) => code === 'HERALD_HOST_TWIN', limitMs);
          return `${agent.process.title} after ${((Date.now() - since) / 1000).toFixed(1)} s`;
        });
        const told = await Promise.allSettled(waits);
        return {
          faults: told.flatMap((each) =>
            each.status === 'rejected' ? [(each.reason as Error).message] : [],
          ),
          notes: told.flatMap((each) => (each.status === 'fulfilled' ? [`warned: ${each.value}`] : [])),
        };
      }),
  };
}

export const hostTwins: readonly StagedCase[] = [
  hostTwin(
    'host-twin-other-guests',
    'two agents under one host name, each with a guest of its own: both warn',
    otherGuest,
  ),
  hostTwin(
    'host-twin-one-guest',
    'two agents under one host name, with the same guest: both warn',
    atTap(webGuest, 'tap1'),
  ),
];
