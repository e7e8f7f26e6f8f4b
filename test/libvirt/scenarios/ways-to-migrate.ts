import { setTimeout as sleep } from 'node:timers/promises';
import type { LibvirtCase } from '../libvirt-case.js';
import { migrate, underWay } from '../migrate.js';
import { moveCase } from '../move-case.js';
import { resumeOn } from '../qemu-events.js';

/** How long the guest waits at B. */
const pausedMs = 3000;

/** One migration, led by the source's daemon, by virsh, or through the daemons' own connection. */
export const waysToMigrate: readonly LibvirtCase[] = [
  moveCase({
    name: 'p2p',
    summary: 'the daemons talk to each other, QEMU to QEMU',
    inCi: 'trixie',
    moves: async (trial) => [(await trial.move('A', 'B')).measurement],
  }),
  moveCase({
    name: 'direct',
    summary: 'virsh leads, QEMU to QEMU',
    moves: async (trial) => [(await trial.move('A', 'B', { flags: ['--live'] })).measurement],
  }),
  moveCase({
    name: 'tunnelled',
    summary: "the guest goes through the daemons' connection",
    moves: async (trial) => {
      const flags = ['--live', '--p2p', '--tunnelled'];
      return [(await trial.move('A', 'B', { flags })).measurement];
    },
  }),
  moveCase({
    name: 'post-copy',
    summary: 'the guest runs at B before its memory is all there',
    moves: async (trial) => {
      const flags = ['--live', '--p2p', '--postcopy', '--postcopy-after-precopy', '--bandwidth', '8'];
      return [(await trial.move('A', 'B', { flags })).measurement];
    },
  }),
  moveCase({
    name: 'post-copy-midway',
    summary: 'the same, switched over by hand when little of its memory is there',
    moves: async (trial) => {
      const { pair, guest } = trial;
      const flags = ['--live', '--p2p', '--postcopy', '--bandwidth', '2', '--postcopy-bandwidth', '8'];
      const switchOver = async (): Promise<void> => {
        await underWay(pair, 'B', begunAtMs);
        await pair.daemons.A.virsh.run('migrate-postcopy', guest.name);
      };
      const begunAtMs = Date.now();
      const [{ measurement }] = await Promise.all([trial.move('A', 'B', { flags }), switchOver()]);
      return [measurement];
    },
  }),
  moveCase({
    name: 'paused',
    summary: 'the guest is paused, migrates, and is resumed at B',
    moves: async (trial) => {
      const { pair, guest } = trial;
      await pair.daemons.A.virsh.run('suspend', guest.name);
      const begunAtMs = Date.now();
      await migrate(pair, 'A', 'B', guest.name);
      await sleep(pausedMs);
      await pair.daemons.B.virsh.run('resume', guest.name);
      const resumedAtMs = await resumeOn(pair.host('B'), begunAtMs);
      return [(await trial.arrived('B', begunAtMs, resumedAtMs)).measurement];
    },
  }),
  moveCase({
    name: 'renamed',
    summary: 'the domain has another name at B',
    moves: async (trial) => {
      const flags = ['--live', '--p2p', '--dname', 'renamed-guest'];
      return [(await trial.move('A', 'B', { flags })).measurement];
    },
  }),
  moveCase({
    name: 'there-and-back',
    summary: 'p2p to B, and back to A',
    inCi: 'own',
    moves: async (trial) => [
      (await trial.move('A', 'B')).measurement,
      (await trial.move('B', 'A')).measurement,
    ],
  }),
];
