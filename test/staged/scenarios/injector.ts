import { setTimeout as sleep } from 'node:timers/promises';
import { migrate, quiet, webRuns } from '../guest-scenes.js';
import { heardSince, missingFaults, silenceFaults } from '../heard-frames.js';
import { web, webGuest } from '../played-guest.js';
import type { PlayedQemu } from '../played-qemu.js';
import type { StagedAgent } from '../staged-agent.js';
import type { StagedCase } from '../staged-case.js';
import { type StagedRig, withRig } from '../staged-rig.js';

const all = [web.primary, web.listed, web.learned];

/** What somebody does to the injector, and what undoes it where the agent cannot. */
interface Break {
  readonly name: string;
  readonly says: string;
  readonly run: (rig: StagedRig) => Promise<void>;
}

const noQdisc: Break = {
  name: 'qdisc-deleted',
  says: '`tc qdisc del dev herald0 clsact`',
  run: (rig) => rig.tc('B', 'qdisc del dev herald0 clsact'),
};
const noPair: Break = {
  name: 'pair-deleted',
  says: '`ip link del herald0`',
  run: (rig) => rig.ip('B', 'link del herald0'),
};

/** The guest runs on A, and waits on B once `before` is done. */
const waiting = async (
  rig: StagedRig,
  before: () => Promise<void> = async () => {},
): Promise<{ B: StagedAgent; source: PlayedQemu; destination: PlayedQemu }> => {
  const [, B] = await Promise.all([rig.agent('A'), rig.agent('B')]);
  const source = await webRuns(rig, 'A');
  await before();
  const destination = await rig.qemu('B', webGuest, { incoming: true });
  await B.armed(all.length);
  return { B, source, destination };
};

/** Somebody breaks the injector, and a second later the guest comes. */
const repaired = (
  { name, says, run }: Break,
  moment: 'before a guest waits' | 'while one waits',
): StagedCase => ({
  name: `injector-${name}-${moment === 'while one waits' ? 'while-armed' : 'before'}`,
  summary: `${says} on the destination ${moment}: all is announced, and the report says so`,
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const { B, source, destination } = await waiting(
        rig,
        moment === 'while one waits' ? undefined : () => run(rig),
      );
      if (moment === 'while one waits') await run(rig);
      await sleep(1000);
      const uplink = await rig.uplink('B');
      const resumedAt = await migrate(source, destination);
      await quiet();
      const faults = missingFaults(await heardSince(uplink, resumedAt), all, 'B');
      const { outcome } = await B.report();
      if (outcome !== 'announced') faults.push(`the report says ${outcome}`);
      for (const code of ['HERALD_SINK_LOST', 'HERALD_SINK_RESTORED']) {
        const { length } = B.warnings(code);
        if (length !== 1) faults.push(`${code} was told ${length} times, not once`);
      }
      return { faults };
    }),
});

/** It breaks in the moment of RESUME: what is lost is known, and goes out in a later round. */
const atResume = ({ name, says, run }: Break): StagedCase => ({
  name: `injector-${name}-at-resume`,
  summary: `${says} on the destination in the moment of RESUME: all is announced all the same`,
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const { B, source, destination } = await waiting(rig);
      const uplink = await rig.uplink('B');
      const [resumedAt] = await Promise.all([migrate(source, destination, 0), run(rig)]);
      const faults: string[] = [];
      const first = await B.report();
      if (first.outcome === 'failed') await B.report(({ retryOf }) => retryOf === first.id, 10_000);
      faults.push(...missingFaults(await heardSince(uplink, resumedAt), all, 'B'));
      return { faults };
    }),
});

/** Something keeps frames from leaving, the agent can do nothing about it, and then it is undone. */
const recovers = (
  name: string,
  summary: string,
  change: (rig: StagedRig, destination: PlayedQemu) => Promise<void>,
  undo: (rig: StagedRig, destination: PlayedQemu) => Promise<void>,
  /** A guest that has no port when it is armed for has nothing that could be sent. */
  outcome: 'failed' | 'nothing-to-announce' = 'failed',
): StagedCase => ({
  name,
  summary: `${summary}: the report says ${outcome}, and once it is undone all is announced`,
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const { B, source, destination } = await waiting(rig);
      await change(rig, destination);
      await sleep(1000);
      const uplink = await rig.uplink('B');
      const resumedAt = await migrate(source, destination);
      await quiet();
      const faults = silenceFaults(await heardSince(uplink, resumedAt), 'B, while it is broken');
      const first = await B.report();
      if (first.outcome !== outcome) faults.push(`the first report says ${first.outcome}`);
      if (first.warnings.length === 0) faults.push('the first report does not say why');
      const undoneAt = Date.now();
      await undo(rig, destination);
      const again = await B.report(({ retryOf }) => retryOf !== undefined, 15_000).catch(() => undefined);
      if (again === undefined) faults.push('no later report repeats it');
      else if (again.retryOf !== first.id || again.outcome !== 'announced') {
        faults.push(`the later report says ${again.outcome}, and repeats ${again.retryOf}`);
      }
      const heard = await heardSince(uplink, undoneAt);
      faults.push(...missingFaults(heard, all, 'B, once it was undone'));
      const firstAt = Math.min(...heard.map(({ atMs }) => atMs));
      if (firstAt - undoneAt > 6000) faults.push(`the first frame came ${firstAt - undoneAt} ms after that`);
      return { faults };
    }),
});

export const injector: readonly StagedCase[] = [
  repaired(noQdisc, 'before a guest waits'),
  repaired(noPair, 'before a guest waits'),
  repaired(noQdisc, 'while one waits'),
  repaired(noPair, 'while one waits'),
  atResume(noQdisc),
  atResume(noPair),
  recovers(
    'injector-not-to-be-repaired',
    'the injector is removed and its name taken',
    (rig) => rig.ip('B', 'link del herald0', 'link add herald1 type bridge'),
    (rig) => rig.ip('B', 'link del herald1'),
  ),
  recovers(
    'tap-down-at-resume',
    "the guest's tap is down",
    (rig) => rig.ip('B', 'link set tap0 down'),
    (rig) => rig.ip('B', 'link set tap0 up'),
  ),
  recovers(
    'tap-out-of-its-bridge-at-resume',
    "the guest's tap is taken out of its bridge in the moment before RESUME",
    (rig) => rig.ip('B', 'link set tap0 nomaster'),
    (rig) => rig.ip('B', 'link set tap0 master br0'),
  ),
  recovers(
    'tap-removed-at-resume',
    "the guest's tap is removed",
    (rig) => rig.ip('B', 'link del tap0'),
    async (rig, destination) => {
      await rig.ip('B', 'tuntap add tap0 mode tap', 'link set tap0 master br0', 'link set tap0 up');
      await destination.reopens('tap0');
    },
    'nothing-to-announce',
  ),
];
