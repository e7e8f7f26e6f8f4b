import { mkdir, writeFile } from 'node:fs/promises';
import { GuestBuilder } from '../../lab/guest-recipe.js';
import type { CaseResult } from '../../lab/lab-case.js';
import { LabRig } from '../../lab/lab-rig.js';
import {
  activeAs,
  configure,
  followAgent,
  giveAccess,
  install,
  startService,
  unit,
  unitProperties,
} from '../installed-agent.js';
import type { InstalledCase, InstalledContext } from '../installed-case.js';
import { bootPair } from '../machine-pair.js';

/** What systemd does with the service, short of a watchdog's full time. */
export const serviceLife: InstalledCase = {
  name: 'service-life',
  summary:
    'reloaded, killed and started anew, hung and ended by the watchdog; refused options are not tried again',
  inCi: false,
  run,
};

async function run(context: InstalledContext): Promise<CaseResult> {
  const recipe = new GuestBuilder().card('virtio').build('service-life');
  await mkdir(context.directory, { recursive: true });
  const rig = await LabRig.start({ ...context, guest: recipe.guest });
  const faults: string[] = [];
  const notes: string[] = [];
  try {
    const { A } = await bootPair(rig, context);
    await install(A, '/srv/debs/current.deb');
    await configure(A);
    await giveAccess(rig, A);
    // The unit's 30 s, sooner.
    await writeFile(A.path(`/etc/systemd/system/${unit}.d/watchdog.conf`), '[Service]\nWatchdogSec=6\n');
    await A.run('systemctl', 'daemon-reload');
    await followAgent(rig, A);
    await startService(A);
    const first = await activeAs(A, undefined);

    await A.run('systemctl', 'reload', unit);
    const reloaded = await unitProperties(A);
    if (reloaded['MainPID'] !== first || reloaded['ActiveState'] !== 'active')
      faults.push(`a reload leaves it ${reloaded['ActiveState']} as another process`);

    await A.run('sh', '-c', `kill -KILL ${first}`);
    const second = await activeAs(A, first);
    await A.run('sh', '-c', `kill -STOP ${second}`);
    const third = await activeAs(A, second);
    notes.push(`processes ${first}, killed: ${second}, stopped by SIGSTOP: ${third}`);
    const journal = await A.run('journalctl', '--unit', unit, '--output', 'cat');
    if (!journal.includes('Watchdog timeout')) faults.push('no watchdog ended the agent that hung');

    const { NRestarts } = await unitProperties(A);
    if (NRestarts !== '2') faults.push(`systemd counts ${NRestarts} restarts, not 2`);
    await writeFile(A.path('/etc/nic-herald/herald.yaml'), 'no-such-key: 1\n');
    await A.run('systemctl', 'restart', unit).catch(() => undefined);
    const { ActiveState, NRestarts: more } = await unitProperties(A);
    if (ActiveState !== 'failed' || more !== '0')
      faults.push(`with a wrong herald.yaml it is ${ActiveState}, after ${more} restarts`);
    const security = await A.run('systemd-analyze', 'security', '--no-pager', unit);
    notes.push(security.trim().split('\n').at(-1) ?? '');
    return { faults, notes };
  } finally {
    await rig.stop();
  }
}
