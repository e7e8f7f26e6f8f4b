import type { LibvirtCase } from '../libvirt-case.js';
import { moveCase } from '../move-case.js';

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
    name: 'there-and-back',
    summary: 'p2p to B, and back to A',
    inCi: 'own',
    moves: async (trial) => [
      (await trial.move('A', 'B')).measurement,
      (await trial.move('B', 'A')).measurement,
    ],
  }),
];
