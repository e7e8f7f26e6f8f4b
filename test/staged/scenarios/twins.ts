import { quiet, webRuns } from '../guest-scenes.js';
import { entryOf } from '../handoff-files.js';
import { heardSince, silenceFaults, strayFaults } from '../heard-frames.js';
import { cloneOf, type PlayedGuest, web, webGuest } from '../played-guest.js';
import type { StagedCase } from '../staged-case.js';
import { withRig } from '../staged-rig.js';

/** A clone that was given another MAC and kept what names the guest boots on another host. */
function cloneElsewhere(name: string, summary: string, guest: PlayedGuest): StagedCase {
  return {
    name,
    summary,
    run: ({ directory }) =>
      withRig({ directory }, async (rig) => {
        const [, B] = await Promise.all([rig.agent('A'), rig.agent('B')]);
        await webRuns(rig, 'A', guest);
        const uplink = await rig.uplink('B');
        const since = Date.now();
        await rig.qemu('B', cloneOf(guest, 'tap0'));
        await B.appeared();
        await quiet();
        const heard = await heardSince(uplink, since);
        const faults = strayFaults(heard, [cloneMac], 'the clone on B');
        return { faults, notes: [`B warned of: ${codes(B.lines)}`] };
      }),
  };
}

/** On one host both share the entry of their key: the second must not take it over. */
const cloneHere: StagedCase = {
  name: 'clone-on-the-same-host',
  summary:
    'a clone with the same UUID beside its original: both are told of, nobody is announced or replaced',
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const A = await rig.agent('A');
      await webRuns(rig, 'A');
      const uplink = await rig.uplink('A');
      const since = Date.now();
      const faults: string[] = [];
      await rig.qemu('A', cloneOf(webGuest, 'tap1'), { label: '1' });
      const lines = await A.appeared(2);
      await quiet();
      const macs = (await entryOf(rig, web.key, 'A'))?.nics.map(({ primaryMac }) => primaryMac) ?? [];
      if (macs.join() !== web.primary) {
        faults.push(
          `A's entry of the key names ${macs.join() || 'nobody'}, not the first's MAC ${web.primary}`,
        );
      }
      const told = new Set(A.warnings('HERALD_GUEST_TWIN').map(({ instance }) => instance));
      for (const { instance } of lines) {
        if (!told.has(instance)) faults.push(`no warning HERALD_GUEST_TWIN about ${instance}`);
      }
      faults.push(...silenceFaults(await heardSince(uplink, since), "A's uplink"));
      return { faults };
    }),
};

const { uuid: _, ...unnumbered } = webGuest;

export const twins: readonly StagedCase[] = [
  cloneElsewhere(
    'clone-on-the-other-host',
    'a clone with the same UUID and another MAC boots on B: nothing of the original is announced there',
    webGuest,
  ),
  cloneElsewhere('clone-on-the-other-host-no-uuid', 'the same with no UUID and one name', unnumbered),
  cloneHere,
];

const cloneMac = '52:54:00:cc:00:01';

const codes = (lines: readonly { readonly code?: string }[]): string =>
  [...new Set(lines.flatMap(({ code }) => code ?? []))].join(', ') || 'nothing';
