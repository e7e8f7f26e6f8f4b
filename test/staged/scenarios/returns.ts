import { setTimeout as sleep } from 'node:timers/promises';
import { migrate, webRuns } from '../guest-scenes.js';
import { entryOf, published } from '../handoff-files.js';
import { heardSince, missingFaults } from '../heard-frames.js';
import { web, webGuest } from '../played-guest.js';
import type { StagedCase } from '../staged-case.js';
import { withRig } from '../staged-rig.js';

/** The destination was lost after the migration, and the source is told to go on: the guest is back. */
const continuedSource: StagedCase = {
  name: 'continued-source',
  summary:
    'a source goes on after its migration was completed: announced on A, with a higher epoch than B had',
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const [A, B] = await Promise.all([rig.agent('A'), rig.agent('B')]);
      const source = await webRuns(rig, 'A');
      const destination = await rig.qemu('B', webGuest, { incoming: true });
      await B.armed(2);
      await migrate(source, destination);
      await B.report();
      const { epoch } = await published(rig, web.key, 'B');
      await destination.stop();
      const uplink = await rig.uplink('A');
      const resumedAt = await source.resumes();
      await sleep(1500);
      const faults = missingFaults(await heardSince(uplink, resumedAt), [web.primary, web.listed], 'A');
      const reports = await A.reports();
      const above = reports.filter((report) => report.epoch > epoch);
      if (above.length === 0) {
        faults.push(
          `no report of A has an epoch above B's ${epoch}: ${reports.map((each) => each.epoch).join(', ') || 'there is none'}`,
        );
      }
      const entry = await entryOf(rig, web.key, 'A');
      if ((entry?.epoch ?? -1) <= epoch)
        faults.push(`A hands over epoch ${entry?.epoch ?? 'nothing'}, not above B's ${epoch}`);
      return { faults };
    }),
};

/** There and back while nobody looked: the newest entry is this host's own, of another process. */
const roundTripUnseen: StagedCase = {
  name: 'round-trip-unseen',
  summary: 'A to B, where no agent is, and back to A while its agent restarts: announced late',
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const A = await rig.agent('A');
      const first = await webRuns(rig, 'A');
      await first.beginsToLeave();
      await sleep(200);
      await first.stops();
      await first.left();
      await first.quits();
      const uplink = await rig.uplink('A');
      const second = await rig.qemu('A', webGuest, { incoming: true });
      await A.stop();
      const resumedAt = await second.arrives();
      const restarted = await rig.agent('A');
      await restarted.appeared();
      await sleep(1500);
      const heard = await heardSince(uplink, resumedAt);
      const faults = missingFaults(heard, [web.primary, web.listed], 'A');
      const isLearnedHeard = missingFaults(heard, [web.learned], 'A').length === 0;
      const causes = (await restarted.reports()).map(({ cause }) => cause);
      if (!causes.includes('late'))
        faults.push(`no report says late: ${causes.join(', ') || 'there is none'}`);
      return {
        faults,
        notes: [`the station that only the hand-off knew was ${isLearnedHeard ? '' : 'not '}announced`],
      };
    }),
};

export const returns: readonly StagedCase[] = [continuedSource, roundTripUnseen];
