import { setTimeout as sleep } from 'node:timers/promises';
import { quiet, webRuns } from '../guest-scenes.js';
import { heardSince, missingFaults, silenceFaults } from '../heard-frames.js';
import { web, webGuest } from '../played-guest.js';
import type { StagedCase } from '../staged-case.js';
import { withRig } from '../staged-rig.js';

const checkpoints = 3;

/**
 * A COLO secondary runs the same guest as the primary, and nobody must hear of it: its replies go no further than the
 * comparison. At each checkpoint it stops and goes on. Only when the primary is lost does it take over.
 */
function coloSecondary(name: string, summary: string, events: boolean): StagedCase {
  return {
    name,
    summary,
    run: ({ directory }) =>
      withRig({ directory }, async (rig) => {
        const [, B] = await Promise.all([rig.agent('A'), rig.agent('B')]);
        const primary = await webRuns(rig, 'A');
        const secondary = await rig.qemu('B', webGuest, { incoming: true, events, colo: true });
        await B.armed();
        const uplink = await rig.uplink('B');
        const since = Date.now();
        const told = (status: string) => ({ event: 'MIGRATION', data: { status } });
        await secondary.tell({ migration: { status: 'active' }, events: [told('active')] });
        // Where QEMU tells of no migration, its answers do: the agent asks once a second.
        await sleep(events ? 100 : 1200);
        // QEMU starts the CPUs right after it has set this status.
        await secondary.tell({
          ...{ migration: { status: 'colo' }, loaded: true, runState: 'running' },
          events: [told('colo'), { event: 'RESUME' }],
        });
        await sleep(200);
        await secondary.tell({ runState: 'colo', events: [{ event: 'STOP' }] });
        for (let checkpoint = 1; checkpoint < checkpoints; checkpoint++) {
          await secondary.tell({ runState: 'running', events: [{ event: 'RESUME' }] });
          await sleep(200);
          await secondary.tell({ runState: 'colo', events: [{ event: 'STOP' }] });
        }
        await secondary.resumes();
        await quiet();
        const faults = silenceFaults(await heardSince(uplink, since), 'the secondary on B');
        await primary.stop();
        const failedOverAt = Date.now();
        await secondary.tell({ migration: { status: 'completed' }, events: [told('completed')] });
        await sleep(events ? 1000 : 2200);
        const heard = await heardSince(uplink, failedOverAt);
        faults.push(...missingFaults(heard, [web.primary, web.listed], 'after the failover, B'));
        return { faults };
      }),
  };
}

export const colo: readonly StagedCase[] = [
  coloSecondary(
    'colo-secondary',
    'a COLO secondary is not announced before it takes over, and then it is; QEMU tells of migrations',
    true,
  ),
  coloSecondary(
    'colo-secondary-asked',
    'the same where QEMU has to be asked how its migration stands',
    false,
  ),
];
