import { breakOffMidway } from '../broken-off.js';
import type { LibvirtCase } from '../libvirt-case.js';
import { moveCase } from '../move-case.js';

/** A migration that comes to nothing is announced nowhere; the next one is as any other. */
export const brokenOffMigrations: readonly LibvirtCase[] = [
  moveCase({
    name: 'cancelled',
    summary: 'the administrator calls it off midway, and then it is done after all',
    inCi: 'own',
    isLikeAnother: true,
    moves: async (trial) => {
      const { pair, guest } = trial;
      await breakOffMidway(trial, async () => {
        await pair.daemons.A.virsh.run('domjobabort', guest.name);
      });
      return [(await trial.move('A', 'B')).measurement];
    },
  }),
  moveCase({
    name: 'failed',
    summary: "the destination's QEMU dies midway, and then it is done after all",
    moves: async (trial) => {
      const { pair, guest } = trial;
      await breakOffMidway(trial, async () => {
        process.kill(await pair.host('B').qemuPid(guest.name), 'SIGKILL');
      });
      return [(await trial.move('A', 'B')).measurement];
    },
  }),
];
