import { setTimeout as sleep } from 'node:timers/promises';
import { webRuns } from '../guest-scenes.js';
import { heardSince, missingFaults, stationsOf } from '../heard-frames.js';
import { atTap, web, webGuest } from '../played-guest.js';
import type { StagedCase } from '../staged-case.js';
import { withRig } from '../staged-rig.js';

const rounds = 5;

/** The QEMU that sent its guest away was not ended, and a new one takes over the path of its socket. */
const takenOver: StagedCase = {
  name: 'socket-taken-over',
  summary:
    'the old QEMU lingers after its migration while a new one binds its path: the new one is announced',
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const A = await rig.agent('A');
      const old = await webRuns(rig, 'A');
      await old.beginsToLeave();
      await old.stops();
      await old.left();
      const uplink = await rig.uplink('A');
      const fresh = await rig.qemu('A', atTap(webGuest, 'tap1'), { incoming: true });
      await A.appeared(2);
      await A.armed();
      const resumedAt = await fresh.arrives();
      await A.report();
      return { faults: missingFaults(await heardSince(uplink, resumedAt), [web.primary, web.listed], 'A') };
    }),
};

/** A glob that matches both monitors of a QEMU: that is still one guest. */
const twoSockets: StagedCase = {
  name: 'two-sockets-of-one-qemu',
  summary: 'both QMP sockets of a QEMU match the glob: one guest, one announcement, one report',
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const B = await rig.agent('B');
      const sockets = [rig.socket('B', '0'), rig.socket('B', '1')];
      const qemu = await rig.qemu('B', webGuest, { incoming: true, sockets });
      await B.armed();
      // The second socket, if it is another guest's, is armed at much the same time.
      await sleep(500);
      const uplink = await rig.uplink('B');
      const resumedAt = await qemu.arrives();
      await B.report();
      await sleep(500);
      const faults: string[] = [];
      const reports = await B.reports();
      if (reports.length !== 1) faults.push(`${reports.length} reports of one arrival`);
      const seen = B.lines.filter(({ event }) => event === 'guest:appeared').length;
      if (seen !== 1) faults.push(`the agent sees ${seen} guests`);
      const heard = (await heardSince(uplink, resumedAt)).filter(({ isRarp }) => isRarp);
      for (const mac of stationsOf(heard)) {
        const count = heard.filter(({ station }) => station === mac).length;
        if (count !== rounds) faults.push(`${mac} was sent ${count} times in ${rounds} rounds`);
      }
      return { faults: [...faults, ...missingFaults(heard, [web.primary, web.listed], 'B')] };
    }),
};

export const sockets: readonly StagedCase[] = [takenOver, twoSockets];
