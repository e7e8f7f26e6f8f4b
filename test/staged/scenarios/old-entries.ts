import { quiet, webRuns } from '../guest-scenes.js';
import { ageEntry, entryText, published } from '../handoff-files.js';
import { claimsOf, heardSince, missingFaults, silenceFaults, strayFaults } from '../heard-frames.js';
import { web, webGuest, webNic } from '../played-guest.js';
import type { StagedCase } from '../staged-case.js';
import { withRig } from '../staged-rig.js';

const threeDaysMs = 3 * 24 * 3600 * 1000;
/** What the card on the destination lists, and the source never said. */
const listedThere = '52:54:00:aa:01:77';

/** What is handed over was true three days ago, and no agent has seen the guest since. */
const sourceDownForDays: StagedCase = {
  name: 'source-down-for-three-days',
  summary:
    'the hand-off is three days old: the primary MAC and what the card here lists are announced, no more',
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const A = await rig.agent('A');
      const source = await webRuns(rig, 'A');
      await A.stop();
      await ageEntry(rig, web.key, 'A', threeDaysMs);
      const B = await rig.agent('B');
      const there = { ...webGuest, nics: [{ ...webNic, filter: { unicast: [listedThere] } }] };
      const destination = await rig.qemu('B', there, { incoming: true });
      await B.armed();
      const uplink = await rig.uplink('B');
      await source.stop();
      const resumedAt = await destination.arrives();
      await B.report();
      const heard = await heardSince(uplink, resumedAt);
      const allowed = [web.primary, listedThere];
      return {
        faults: [...missingFaults(heard, allowed, 'B'), ...strayFaults(heard, allowed, 'B')],
        notes: [
          `${heard.length} frames heard from B, claims of an address: ${claimsOf(heard).join(', ') || 'none'}`,
        ],
      };
    }),
};

/** A host died with its guest, which is started anew elsewhere: nothing that was true there need be true here. */
const bootAfterDeath: StagedCase = {
  name: 'boot-after-death',
  summary:
    'A died with the guest, which boots on C: nothing is announced, and C hands over none of what A knew',
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const [A, C] = await Promise.all([rig.agent('A'), rig.agent('C')]);
      const dead = await webRuns(rig, 'A');
      await Promise.all([A.kill(), dead.stop()]);
      const uplink = await rig.uplink('C');
      const since = Date.now();
      await rig.qemu('C', { ...webGuest, nics: [{ ...webNic, filter: { unicast: [] } }] });
      await C.appeared();
      await published(rig, web.key, 'C');
      await quiet();
      const faults = silenceFaults(await heardSince(uplink, since), "C's uplink");
      const text = await entryText(rig, web.key, 'C');
      const kept = [web.listed, web.learned, web.address, web.primaryAddress].filter((word) =>
        text.includes(`"${word}"`),
      );
      if (kept.length > 0) faults.push(`C hands over what only A knew: ${kept.join(', ')}`);
      return { faults };
    }),
};

export const oldEntries: readonly StagedCase[] = [sourceDownForDays, bootAfterDeath];
