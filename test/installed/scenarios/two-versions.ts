import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bootGuest } from '../../lab/guest-on-host.js';
import { GuestBuilder } from '../../lab/guest-recipe.js';
import type { CaseResult } from '../../lab/lab-case.js';
import { LabFault } from '../../lab/lab-fault.js';
import { LabRig } from '../../lab/lab-rig.js';
import { worstOf } from '../../lab/measurement.js';
import { GuestTour } from '../guest-tour.js';
import { activeAs, configure, followAgent, install, startService, unit } from '../installed-agent.js';
import type { InstalledCase, InstalledContext } from '../installed-case.js';
import { bootPair } from '../machine-pair.js';

/** An older version had no notification of systemd and found ports as root. */
const asItWas = `[Service]
Type=exec
WatchdogSec=0
User=root
Group=root
AmbientCapabilities=
CapabilityBoundingSet=~
SystemCallFilter=
`;

const dropIns = `/etc/systemd/system/${unit}.d`;
const asRoot = '/usr/share/doc/nic-herald/examples/systemd/as-root.conf';

/** The older version on A, this one on B; the guest moves from one to the other and back. */
export const twoVersions: InstalledCase = {
  name: 'two-versions',
  summary:
    'a guest moves from an older version (HERALD_OLDER_DEB) to this one and back; then the older host is upgraded',
  inCi: false,
  run,
};

async function run(context: InstalledContext): Promise<CaseResult> {
  await access(join(context.debs, 'older.deb')).catch(() => {
    throw new LabFault('HERALD_OLDER_DEB must name the package of an older version');
  });
  const recipe = new GuestBuilder().card('virtio').macvlans(2).vlans(10, 20).build('two-versions');
  await mkdir(context.directory, { recursive: true });
  const rig = await LabRig.start({ ...context, guest: recipe.guest });
  try {
    const { A, B } = await bootPair(rig, context);
    await Promise.all([install(A, '/srv/debs/older.deb'), install(B, '/srv/debs/current.deb')]);
    for (const machine of [A, B]) await configure(machine);
    // What one user's agent hands over, another user's does not read: as long as one host has root, all have.
    await B.run('cp', asRoot, dropIns);
    await writeFile(A.path(`${dropIns}/as-it-was.conf`), asItWas);
    for (const machine of [A, B]) await machine.run('systemctl', 'daemon-reload');
    const agents = { A: await followAgent(rig, A), B: await followAgent(rig, B) };
    const [source] = await Promise.all([
      bootGuest(rig, 'A', recipe, '', A.besideItsProcesses),
      ...[A, B].map(startService),
    ]);
    await Promise.all([agents.A.ready(), agents.B.ready()]);
    const tour = await GuestTour.begin(
      { rig, machines: { A, B }, agents, stations: recipe.stations },
      source,
    );
    const there = await tour.move('B');
    const back = await tour.move('A');

    // The older host is upgraded with its guest, and goes the way back.
    const before = await activeAs(A, undefined);
    await A.run('rm', `/etc/systemd/system/${unit}.d/as-it-was.conf`);
    await A.run(
      'sh',
      '-c',
      'chown -R nic-herald: /var/lib/nic-herald /var/log/nic-herald /shared/nic-herald',
    );
    await install(A, '/srv/debs/current.deb');
    const upgraded = await activeAs(A, before);
    await writeFile(A.path(`${dropIns}/as-it-was.conf`), asItWas);
    await A.run('apt-get', 'install', '-y', '--allow-downgrades', '/srv/debs/older.deb');
    const older = await activeAs(A, upgraded);
    const notes = [`processes on A: older ${before}, upgraded ${upgraded}, older again ${older}`];
    return { herald: worstOf(there, back), faults: tour.faults, notes };
  } finally {
    await rig.stop();
  }
}
