import { migrate, quiet, webHandedOver } from '../guest-scenes.js';
import { entryFile, entryText, plainEntry, published, writeEntry, writeWhole } from '../handoff-files.js';
import { heardSince, missingFaults } from '../heard-frames.js';
import { web, webGuest } from '../played-guest.js';
import type { StagedLine } from '../staged-agent.js';
import type { StagedCase } from '../staged-case.js';
import { withRig } from '../staged-rig.js';

/** The last epoch that a number counts to. */
const lastEpoch = Number.MAX_SAFE_INTEGER;
/** No guest migrates so often. */
const smallEpoch = 1_000_000;

/** One bad entry must not end the counting for good. */
const epochAtTheEnd: StagedCase = {
  name: 'epoch-at-the-end',
  summary:
    "another host's entry has epoch 2^53-1: the guest is announced, and what B writes can be read again",
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const entry = plainEntry({ guest: web.key, host: 'X', epoch: lastEpoch, primaryMac: web.primary });
      await writeEntry(rig, entry);
      const [B, C] = await Promise.all([rig.agent('B'), rig.agent('C')]);
      const atB = await rig.qemu('B', webGuest, { incoming: true });
      await B.armed();
      const [uplinkB, uplinkC] = await Promise.all([rig.uplink('B'), rig.uplink('C')]);
      const resumedAt = await atB.arrives();
      await B.report();
      const faults = missingFaults(await heardSince(uplinkB, resumedAt), [web.primary, web.listed], 'B');
      const { epoch } = await published(rig, web.key, 'B');
      if (epoch > smallEpoch) faults.push(`B hands over epoch ${epoch}`);
      await webHandedOver(rig, 'B', atB);
      const atC = await rig.qemu('C', webGuest, { incoming: true });
      await C.armed();
      const arrivedAt = await migrate(atB, atC);
      await C.report();
      // What only B can have told: the guest spoke there.
      faults.push(...missingFaults(await heardSince(uplinkC, arrivedAt), [web.primary, web.learned], 'C'));
      return { faults, notes: [`B handed over epoch ${epoch}`] };
    }),
};

/** Stands where the nested value goes: JSON.stringify would not write it. */
const nestedHere = 'nested here';

/** JSON takes any depth, and what walks it need not. */
const nestedState: StagedCase = {
  name: 'state-nested-6000-deep',
  summary: 'a hand-off of 12 kB whose state is nested 6000 deep: the agent lives, announces, and tells of it',
  run: ({ directory }) =>
    withRig({ directory }, async (rig) => {
      const entry = plainEntry({ guest: web.key, primaryMac: web.primary });
      const nics = entry.nics.map((nic) => ({ ...nic, model: 'virtio-net', state: nestedHere }));
      const nested = '['.repeat(6000) + ']'.repeat(6000);
      const text = JSON.stringify({ ...entry, nics }).replace(`"${nestedHere}"`, nested);
      await writeWhole(entryFile(rig, web.key, entry.host), text);
      const B = await rig.agent('B');
      const uplink = await rig.uplink('B');
      const destination = await rig.qemu('B', webGuest, { incoming: true });
      await B.appeared();
      await quiet();
      const resumedAt = await destination.arrives();
      await quiet();
      const faults = missingFaults(await heardSince(uplink, resumedAt), [web.primary, web.listed], 'B');
      if (!B.process.running) faults.push(`the agent ended: ${await B.process.ended}`);
      const told = B.lines.filter(isTold);
      if (told.length === 0) faults.push('the agent says nothing of the entry it cannot use');
      if (!(await entryText(rig, web.key, 'B')).includes(web.primary)) faults.push('B hands over nothing');
      const codes = new Set(told.map(({ code }) => code));
      return { faults, notes: [`told as ${[...codes].join(', ') || 'nothing'}`] };
    }),
};

/** Nothing else here is worth a warning. */
const isTold = ({ level, code }: StagedLine): boolean => level === 'warn' && code !== undefined;

export const craftedEntries: readonly StagedCase[] = [epochAtTheEnd, nestedState];
