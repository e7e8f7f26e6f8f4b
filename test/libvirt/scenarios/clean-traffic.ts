import { setTimeout as sleep } from 'node:timers/promises';
import { darkStations } from '../../lab/herald-checks.js';
import { darkAfterMs, type Measurement, returnsOf } from '../../lab/measurement.js';
import { migrate } from '../migrate.js';
import { moveCase } from '../move-case.js';
import { resumeOn } from '../qemu-events.js';
import { type SilentGuest, silentGuest, stationsPerCard } from '../silent-guest.js';
import type { Trial } from '../trial.js';

/** The guest has its macvlans and VLANs, but the filter lets nothing through except at the cards' own MACs, untagged. */
function filteredGuest(): SilentGuest {
  const guest = silentGuest();
  const own = guest.stations.filter((_, index) => index % stationsPerCard === 0);
  return { ...guest, stations: own.map((station, flow) => ({ ...station, flow })) };
}

/** The filter drops probes too: a station is back when the switch has it at the destination's port. */
async function backAtSwitch({ pair, guest }: Trial, resumedAtMs: number): Promise<Measurement> {
  const first = new Map<number, number>();
  while (first.size < guest.stations.length && Date.now() < resumedAtMs + darkAfterMs) {
    const entries = await pair.rig.switch.entries();
    for (const { flow, mac } of guest.stations) {
      const isBack = entries.some((entry) => entry.mac === mac && entry.vlan === 0 && entry.port === 'swB');
      if (isBack && !first.has(flow)) first.set(flow, Date.now());
    }
    await sleep(20);
  }
  return returnsOf(guest.stations, first, resumedAtMs);
}

/** libvirt's own filter, with the address of the guest unknown: it learns it from the guest's frames, and this one is silent. */
export const cleanTraffic = moveCase({
  name: 'clean-traffic',
  summary: "libvirt's filter of that name lets the cards' own MACs through and nothing else",
  guest: filteredGuest(),
  attachment: { more: "<filterref filter='clean-traffic'/>" },
  isUnprobed: true,
  // While libvirt learns the address anew, its filter drops QEMU's own announcement.
  darkWithQemuAlone: 2,
  // Its rules for the second card are at times there too late for the first RARP.
  mayReturn: 1,
  moves: async (trial) => {
    const { pair, guest, agents, faults } = trial;
    const begunAtMs = Date.now();
    const [measurement] = await Promise.all([
      resumeOn(pair.host('B'), begunAtMs).then((resumedAtMs) => backAtSwitch(trial, resumedAtMs)),
      migrate(pair, 'A', 'B', guest.name),
    ]);
    if (!agents) return [measurement];
    faults.push(...darkStations(measurement));
    const { nics } = await agents.B.report();
    const announced = new Set(nics.flatMap((nic) => nic.announced.map(({ station }) => station.mac)));
    const own = new Set<string>(guest.stations.map(({ mac }) => mac));
    for (const mac of announced)
      if (!own.has(mac)) faults.push(`${mac} was announced, and the filter drops it`);
    trial.expectReports('B', 1);
    return [measurement];
  },
});
