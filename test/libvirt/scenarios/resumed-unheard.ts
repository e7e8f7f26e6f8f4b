import { setTimeout as sleep } from 'node:timers/promises';
import { measureReturns } from '../../lab/guest-move.js';
import { announcedStations, darkStations } from '../../lab/herald-checks.js';
import { stationKey } from '../../lab/station.js';
import { launchAgent } from '../libvirt-agents.js';
import { migrate } from '../migrate.js';
import { moveCase } from '../move-case.js';
import { resumeOn } from '../qemu-events.js';

/** How long the daemon and the agent look for each other. */
const goneMs = 1000;
/** From the daemon's first answer until every station must be back. */
const mostMs = 1000;

/** The guest resumed at B with no agent there to hear it, and libvirtd is away when one comes. */
export const resumedUnheard = moveCase({
  name: 'resumed-unheard',
  summary:
    'nobody hears the guest resume at B; libvirtd there is killed, the agent starts, and libvirtd after it',
  moves: async (trial) => {
    const { pair, guest, agents, faults } = trial;
    await agents?.B.process.stop('SIGKILL');
    const begunAtMs = Date.now();
    await migrate(pair, 'A', 'B', guest.name);
    await resumeOn(pair.host('B'), begunAtMs);
    await pair.daemons.B.kill();
    const late = agents && (await launchAgent(pair, 'B'));
    await sleep(goneMs);
    pair.daemons.B.launchAgain();
    const answeredAtMs = await pair.daemons.B.answers();
    const measurement = await measureReturns(trial.watch('B'), answeredAtMs, mostMs);
    await trial.stateBecomes('B', 'running');
    if (!late) return [measurement];
    faults.push(...darkStations(measurement, `${mostMs} ms after libvirtd answered `));
    const report = await late.report();
    if (report.cause !== 'late') faults.push(`the report's cause is ${report.cause}, not late`);
    const keys = announcedStations(report);
    const missing = guest.stations
      .map(({ mac, vlan }) => stationKey(mac, vlan))
      .filter((key) => !keys.has(key));
    faults.push(...missing.map((key) => `the report does not name ${key}`));
    trial.expectReports('B', 1);
    return [measurement];
  },
});
