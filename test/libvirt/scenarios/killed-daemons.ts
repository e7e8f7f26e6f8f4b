import { setTimeout as sleep } from 'node:timers/promises';
import { breakOffMidway } from '../broken-off.js';
import type { LibvirtCase } from '../libvirt-case.js';
import type { PairHost } from '../libvirt-host.js';
import { moveCase } from '../move-case.js';
import type { Trial } from '../trial.js';

/** How long a host is without its daemon. */
const goneMs = 1000;

async function killAndStart(trial: Trial, host: PairHost): Promise<void> {
  const daemon = trial.pair.daemons[host];
  await daemon.kill();
  await sleep(goneMs);
  daemon.launchAgain();
  await daemon.answers();
}

/** libvirtd is killed on either host and started again, and the guest migrates as soon as it answers. */
export const killedDaemons: readonly LibvirtCase[] = (['source', 'destination'] as const).flatMap((side) => {
  const host = side === 'source' ? 'A' : 'B';
  return [
    moveCase({
      name: `${side}-killed-before`,
      summary: `the daemon of the ${side} is killed, and the guest migrates once it is there again`,
      moves: async (trial) => {
        await killAndStart(trial, host);
        return [(await trial.move('A', 'B')).measurement];
      },
    }),
    moveCase({
      name: `${side}-killed-during`,
      summary: `the daemon of the ${side} is killed midway, so that the migration fails`,
      ...(side === 'destination' ? { inCi: 'own', isLikeAnother: true } : {}),
      moves: async (trial) => {
        await breakOffMidway(trial, () => killAndStart(trial, host));
        return [(await trial.move('A', 'B')).measurement];
      },
    }),
    moveCase({
      name: `${side}-killed-after`,
      summary: `the daemon of the ${side} is killed once the guest has moved, and it moves back`,
      moves: async (trial) => {
        const { measurement } = await trial.move('A', 'B');
        await killAndStart(trial, host);
        await trial.stateBecomes('B', 'running');
        await trial.noOtherReports();
        return [measurement, (await trial.move('B', 'A')).measurement];
      },
    }),
  ];
});
