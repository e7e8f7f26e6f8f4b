import { setTimeout as sleep } from 'node:timers/promises';
import { migrate, quiet, webRuns } from '../guest-scenes.js';
import { heardSince, missingFaults, silenceFaults } from '../heard-frames.js';
import { atTap, otherGuest, type PlayedGuest, web, webGuest, webNic } from '../played-guest.js';
import type { StagedCase } from '../staged-case.js';
import { withRig } from '../staged-rig.js';

/** `web-1` at `tap0`, which its QEMU calls otherwise. */
const saying = (says: string): PlayedGuest => ({ ...webGuest, nics: [{ ...webNic, says }] });

/** A QEMU that names an interface which it does not have open: nothing is put in there, nothing is learned there. */
const lying = (name: string, summary: string, says: string): StagedCase => ({
  name,
  summary,
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const [, B] = await Promise.all([rig.agent('A'), rig.agent('B')]);
      const source = await webRuns(rig, 'A');
      await rig.qemu('B', atTap(otherGuest, 'tap1'), { label: '1' });
      const liar = await rig.qemu('B', saying(says), { incoming: true });
      await B.appeared(2);
      await sleep(1000);
      const uplink = await rig.uplink('B');
      const resumedAt = await migrate(source, liar);
      await quiet();
      const faults = silenceFaults(await heardSince(uplink, resumedAt), 'B');
      const { nics } = await B.report();
      if (nics[0]?.port !== undefined) faults.push(`the report names the port ${nics[0].port}`);
      if (B.warnings('HERALD_NIC_NO_PORT').length === 0) {
        const { warnings } = await B.report();
        const isTold = warnings.some(({ code }) => code === 'HERALD_NIC_NO_PORT');
        if (!isTold) faults.push('nothing says that its QEMU does not have it open');
      }
      return { faults };
    }),
});

/** The tap of a guest that waits is removed and made again, and QEMU opens the new one. */
const remade: StagedCase = {
  name: 'tap-remade-while-armed',
  summary: 'the tap of a guest that waits is made again under its name: what lies ready goes to the new one',
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const [, B] = await Promise.all([rig.agent('A'), rig.agent('B')]);
      const source = await webRuns(rig, 'A');
      const destination = await rig.qemu('B', webGuest, { incoming: true });
      await B.armed();
      const before = B.lines.filter(({ event }) => event === 'announce:armed').length;
      const tap = [
        'link del tap0',
        'tuntap add tap0 mode tap',
        'link set tap0 master br0',
        'link set tap0 up',
      ];
      await rig.ip('B', ...tap);
      await destination.reopens('tap0');
      const isArmed = () =>
        B.lines.filter(({ event }) => event === 'announce:armed').length > before || undefined;
      await B.until('to arm again', 5000, isArmed);
      await sleep(1000);
      const uplink = await rig.uplink('B');
      const resumedAt = await migrate(source, destination);
      const report = await B.report();
      const faults = missingFaults(await heardSince(uplink, resumedAt), [web.primary, web.listed], 'B');
      if (report.outcome !== 'announced') faults.push(`the report says ${report.outcome}`);
      return { faults };
    }),
};

export const ports: readonly StagedCase[] = [
  lying('ifname-of-an-uplink', 'a QEMU says that its tap is the uplink of its host', 'up0'),
  lying('ifname-of-another-guest', 'a QEMU says that its tap is the one of another guest', 'tap1'),
  remade,
];
