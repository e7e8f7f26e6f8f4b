import { armed, handedOver } from '../agent-process.js';
import { beginMigration, measureReturns, resumeOf, startDestination, watchArrivals } from '../guest-move.js';
import { misplacedStations, settleTables } from '../guest-on-host.js';
import { withReadyGuest } from '../guest-ready.js';
import { GuestBuilder, type GuestRecipe } from '../guest-recipe.js';
import { darkStations, reportFaults } from '../herald-checks.js';
import type { CaseContext, CaseResult, LabCase } from '../lab-case.js';
import { inNamespace } from '../namespaces.js';
import type { NicSpec } from '../qemu-process.js';
import { stationCase } from '../station-case.js';

const firstCard = (): GuestBuilder => new GuestBuilder().card('virtio').passed(1).macvlans(4);
const hotPlugged = withLaterCard(
  firstCard().build('passed-taps'),
  new GuestBuilder().card('virtio').passed(1).card('virtio', '52:54:00:00:00:02').passed(1).build('both'),
);

/** Taps as libvirt hands them over: QEMU knows descriptors and no names. */
export const passedTapScenarios: readonly LabCase[] = [
  {
    name: 'passed-taps-hot-plugged',
    summary: 'a tap passed as a descriptor, and a second card plugged in with another while the guest runs',
    needsAgents: true,
    run: runHotPlugged,
  },
  stationCase({
    name: 'passed-tap-multi-queue',
    summary: 'a tap of two queues passed as two descriptors',
    recipe: new GuestBuilder().card('virtio').passed(2).macvlans(4).build('passed-tap-multi-queue'),
    darkWithQemuAlone: 4,
  }),
  {
    name: 'renamed-tap',
    summary: 'a tap that got another name, and an uplink that took its old one: nothing is put in there',
    needsAgents: true,
    run: runRenamed,
  },
];

/** The first recipe's guest, with the second card of the other, which is plugged in later. */
function withLaterCard(first: GuestRecipe, both: GuestRecipe): GuestRecipe {
  const cards = both.guest.nics.slice(1).map((nic): NicSpec => ({ ...nic, later: true }));
  return { ...first, guest: { ...first.guest, nics: [...first.guest.nics, ...cards] } };
}

async function runHotPlugged(context: CaseContext): Promise<CaseResult> {
  const later = new GuestBuilder(1).card('virtio', '52:54:00:00:00:02').build('later').stations;
  const flow = hotPlugged.stations.length;
  const second = later.map((station) => ({ ...station, flow, device: 'eth1', name: 'hot-plugged' }));
  const stations = [...hotPlugged.stations, ...second];
  return withReadyGuest(context, hotPlugged, async ({ rig, agents, source }) => {
    const nic = hotPlugged.guest.nics[1];
    const fd = nic && source.descriptors[nic.tap]?.[0];
    if (nic === undefined || fd === undefined) throw new TypeError('no tap was passed for the second card');
    await source.qmp.execute('netdev_add', { type: 'tap', id: `net-${nic.id}`, fd: String(fd) });
    await source.qmp.execute('device_add', {
      driver: 'virtio-net-pci',
      guest_announce: 'off',
      ...{ id: nic.id, netdev: `net-${nic.id}`, mac: nic.mac, romfile: '' },
    });
    await source.console.run('until [ -e /sys/class/net/eth1 ]; do usleep 100000; done; ip link set eth1 up');
    for (const { address } of second) await source.console.run(`ip addr add ${address}/24 dev eth1`);
    await settleTables(rig, source, 'A', stations);
    await handedOver(rig, 'A', stations);
    const watch = await watchArrivals(rig, 'B', stations);
    rig.prober.probe(stations, 4);
    const destination = await startDestination(rig, 'B');
    await armed(agents.B, stations.length);
    await beginMigration(rig, source, destination);
    const herald = await measureReturns(watch, await resumeOf(destination));
    const faults = [...darkStations(herald), ...reportFaults(await agents.B.report(), stations)];
    faults.push(...(await misplacedStations(rig, 'B', stations)));
    return { herald, faults };
  });
}

async function runRenamed(context: CaseContext): Promise<CaseResult> {
  const recipe = new GuestBuilder().card('virtio').macvlans(2).build('renamed-tap');
  return withReadyGuest(context, recipe, async ({ rig, agents, source }) => {
    const destination = await startDestination(rig, 'B', { paused: true });
    await armed(agents.B, recipe.stations.length);
    const inside = (...command: string[]) => inNamespace(rig.network.hosts.B, ['ip', 'link', ...command]);
    // A running interface keeps its name on older kernels.
    for (const [from, to] of [
      ['tap0', 'moved0'],
      ['up0', 'tap0'],
    ] as const) {
      await inside('set', from, 'down');
      await inside('set', from, 'name', to);
      await inside('set', to, 'up');
    }
    const faults: string[] = [];
    // Ports are looked at twice a second. A guest that resumes before is announced at its own tap, by the interface's number.
    await agents.B.line('that the NIC has no port', ({ code }) => code === 'HERALD_NIC_NO_PORT');
    await beginMigration(rig, source, destination);
    await destination.qmp.execute('cont');
    await resumeOf(destination);
    const report = await agents.B.report();
    const [nic] = report.nics;
    if (report.outcome === 'announced' || nic?.port !== undefined) {
      faults.push(`it was announced at port ${nic?.port}, which is no longer the guest's`);
    }
    if (!report.warnings.some(({ code }) => code === 'HERALD_NIC_NO_PORT')) {
      faults.push('the report does not say that QEMU has no tap of that name open');
    }
    return { faults, notes: report.warnings.map(({ message }) => message) };
  });
}
