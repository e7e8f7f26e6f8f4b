import { mkdir } from 'node:fs/promises';
import { bootGuest } from '../../lab/guest-on-host.js';
import { GuestBuilder } from '../../lab/guest-recipe.js';
import type { CaseResult } from '../../lab/lab-case.js';
import { LabRig } from '../../lab/lab-rig.js';
import { worstOf } from '../../lab/measurement.js';
import { injectorLeftovers } from '../../lab/namespaces.js';
import { fileListing, listingFaults } from '../file-listing.js';
import { GuestTour } from '../guest-tour.js';
import {
  activeAs,
  configure,
  followAgent,
  giveAccess,
  install,
  startService,
  unitProperties,
} from '../installed-agent.js';
import type { InstalledCase, InstalledContext } from '../installed-case.js';
import type { InstalledMachine } from '../installed-machine.js';
import { bootPair } from '../machine-pair.js';

/** The whole life of a package on two hosts, with a guest that moves in between. */
export const installedAndRemoved: InstalledCase = {
  name: 'installed-and-removed',
  summary: 'installed, a guest there and, after an upgrade with it running, back; removed, nothing is left',
  inCi: true,
  run,
};

async function run(context: InstalledContext): Promise<CaseResult> {
  const recipe = new GuestBuilder().card('virtio').macvlans(2).vlans(10, 20).build('installed');
  await mkdir(context.directory, { recursive: true });
  const rig = await LabRig.start({ ...context, guest: recipe.guest });
  const notes: string[] = [];
  try {
    const { A, B } = await bootPair(rig, context);
    const before = await Promise.all([A, B].map(fileListing));
    await Promise.all([A, B].map((each) => install(each, '/srv/debs/current.deb')));
    const faults = await commandFaults(B);
    for (const machine of [A, B]) {
      const { ActiveState, UnitFileState } = await unitProperties(machine);
      if (ActiveState !== 'inactive' || UnitFileState !== 'enabled')
        faults.push(`${machine.host}: a first installation is ${ActiveState} and ${UnitFileState}`);
      await configure(machine);
    }
    await giveAccess(rig, A);
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
    const { MainPID } = await unitProperties(B);
    await install(B, '/srv/debs/next.deb');
    await activeAs(B, MainPID);
    notes.push(`${(await B.run('nic-herald', '--version')).trim()} runs on B after the upgrade`);
    const back = await tour.move('A');
    faults.push(...tour.faults);

    for (const [index, machine] of [A, B].entries()) {
      await machine.run('apt-get', 'purge', '-y', 'nic-herald');
      await machine.run('rm', '-r', '/etc/systemd/system/nic-herald.service.d');
      const left = listingFaults(before[index] ?? [], await fileListing(machine));
      faults.push(...left.map((fault) => `${machine.host}: ${fault}`));
      const { interfaces, filters } = await injectorLeftovers(rig.network.hosts[machine.host]);
      if (interfaces.length + filters > 0)
        faults.push(`${machine.host}: interfaces ${interfaces.join()} and ${filters} filters are left`);
    }
    return { herald: worstOf(there, back), faults, notes };
  } finally {
    await rig.stop();
  }
}

/** What of the commands that need files of the package does not work. */
async function commandFaults(machine: InstalledMachine): Promise<string[]> {
  const faults: string[] = [];
  for (const [command, says] of [
    ['nic-herald demo', /\bRESUME\b|announced/i],
    ['nic-herald doctor || true', /^ok +sink-linux +CAP_NET_ADMIN/m],
    ['cd /tmp && nic-herald new-model acme-nic --type rtl8139 && ls acme-nic', /^package\.json$/m],
    ['cd /tmp && nic-herald check /etc/nic-herald/herald.yaml || true', /./],
  ] as const) {
    const said = await machine.run('sh', '-c', command);
    if (!says.test(said)) faults.push(`${command} said: ${said.slice(0, 400)}`);
  }
  return faults;
}
