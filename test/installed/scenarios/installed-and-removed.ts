import { mkdir } from 'node:fs/promises';
import { armed } from '../../lab/agent-process.js';
import {
  beginMigration,
  measureReturns,
  probeSource,
  resumeOf,
  startDestination,
  watchArrivals,
} from '../../lab/guest-move.js';
import { bootGuest, misplacedStations, settleTables } from '../../lab/guest-on-host.js';
import { GuestBuilder } from '../../lab/guest-recipe.js';
import { darkStations, reportFaults } from '../../lab/herald-checks.js';
import type { CaseResult } from '../../lab/lab-case.js';
import { LabRig } from '../../lab/lab-rig.js';
import { worstOf } from '../../lab/measurement.js';
import { injectorLeftovers } from '../../lab/namespaces.js';
import { fileListing, listingFaults } from '../file-listing.js';
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
import { bootPair } from '../machine-pair.js';

const t0 = performance.now();
const lap = (w: string): void => console.error(`${((performance.now() - t0) / 1000).toFixed(1)} ${w}`);
/** The whole life of a package on two hosts, with a guest that moves in between. */
export const installedAndRemoved: InstalledCase = {
  name: 'installed-and-removed',
  summary: 'installed, a guest there and, after an upgrade with it running, back; removed, nothing is left',
  inCi: true,
  run,
};

async function run(context: InstalledContext): Promise<CaseResult> {
  const recipe = new GuestBuilder().card('virtio').macvlans(2).vlans(10, 20).build('installed');
  const { stations } = recipe;
  await mkdir(context.directory, { recursive: true });
  const rig = await LabRig.start({ ...context, guest: recipe.guest });
  const notes: string[] = [];
  try {
    const { A, B } = await bootPair(rig, context);
    lap('booted');
    const before = await Promise.all([A, B].map(fileListing));
    await Promise.all([A, B].map((each) => install(each, '/srv/debs/current.deb')));
    lap('installed');
    const faults: string[] = [];
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

    lap('ready');
    await settleTables(rig, source, 'A', stations);
    const watches = {
      A: await watchArrivals(rig, 'A', stations),
      B: await watchArrivals(rig, 'B', stations),
    };
    await probeSource(rig, watches.A);
    lap('probed');
    const atB = await startDestination(rig, 'B', { runBy: B.besideItsProcesses });
    await armed(agents.B, stations.length);
    await beginMigration(rig, source, atB);
    const there = await measureReturns(watches.B, await resumeOf(atB));
    faults.push(...darkStations(there, 'A to B, '), ...(await misplacedStations(rig, 'B', stations)));
    faults.push(...reportFaults(await agents.B.report(), stations));
    await source.stop();

    lap('there');
    const { MainPID } = await unitProperties(B);
    await install(B, '/srv/debs/next.deb');
    await activeAs(B, MainPID);
    notes.push(`${(await B.run('nic-herald', '--version')).trim()} runs on B after the upgrade`);
    lap('upgraded');
    const atA = await startDestination(rig, 'A', { suffix: '2', runBy: A.besideItsProcesses });
    await armed(agents.A, stations.length);
    await beginMigration(rig, atB, atA);
    const back = await measureReturns(watches.A, await resumeOf(atA));
    faults.push(...darkStations(back, 'B to A, '), ...(await misplacedStations(rig, 'A', stations)));
    faults.push(...reportFaults(await agents.A.report(), stations));

    lap('back');
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
