import { type GuestRecipe, speakOnce } from './guest-recipe.js';
import { LabFault } from './lab-fault.js';
import type { LabRig } from './lab-rig.js';
import { bridgePorts, type HostName } from './namespaces.js';
import type { QemuProcess } from './qemu-process.js';
import { type Station, stationKey } from './station.js';

/** How many lines of set-up the guest gets at once: each takes a round trip. */
const linesAtOnce = 10;

/** Boots the guest on a host and makes its stations; `suffix` tells its QEMU from another one there, `runBy` runs it. */
export async function bootGuest(
  rig: LabRig,
  host: HostName,
  recipe: GuestRecipe,
  suffix = '',
  runBy: readonly string[] = [],
): Promise<QemuProcess> {
  const qemu = await rig.startQemu(host, { guest: recipe.guest, suffix, runBy });
  await qemu.console.ready(90_000);
  for (let line = 0; line < recipe.setUp.length; line += linesAtOnce) {
    await qemu.console.run(recipe.setUp.slice(line, line + linesAtOnce).join(' && '));
  }
  // e1000e finds its carrier about five seconds after it was set up.
  await qemu.console.run('until [ "$(cat /sys/class/net/eth0/carrier)" = 1 ]; do usleep 100000; done');
  return qemu;
}

/** Makes the quiet guest speak once on each station, until both bridges and the switch have learned them all. */
export async function settleTables(
  rig: LabRig,
  qemu: QemuProcess,
  host: HostName,
  stations: readonly Station[],
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await qemu.console.run(speakOnce(stations));
    const missing = await misplacedStations(rig, host, stations);
    if (missing.length === 0) return;
    if (attempt === 5) throw new LabFault(`the guest spoke ${attempt} times, yet: ${missing.join('; ')}`);
  }
}

/** What the bridges and the switch have wrong about the stations of a guest that runs on `host`, at taps of such names. */
export async function misplacedStations(
  rig: LabRig,
  host: HostName,
  stations: readonly Station[],
  taps = /^tap/,
): Promise<string[]> {
  const wrong: string[] = [];
  if (!rig.isBridged) return wrongAtSwitch(rig, host, stations);
  const bridge = await bridgePorts(rig.network.hosts[host]);
  for (const mac of new Set(stations.map((station) => station.mac))) {
    const port = bridge.get(mac);
    if (!taps.test(port ?? '')) wrong.push(`bridge of ${host} has ${mac} at ${port ?? 'no port'}`);
  }
  return [...wrong, ...(await wrongAtSwitch(rig, host, stations))];
}

/** What the switch alone has wrong about them. */
export async function wrongAtSwitch(
  rig: LabRig,
  host: HostName,
  stations: readonly Station[],
): Promise<string[]> {
  const wrong: string[] = [];
  const entries = await rig.switch.entries();
  const ports = new Map(entries.map((entry) => [stationKey(entry.mac, entry.vlan), entry.port]));
  const oneTable = new Map(
    entries.filter(({ vlan }) => vlan === undefined).map(({ mac, port }) => [mac, port]),
  );
  for (const station of stations) {
    const key = stationKey(station.mac, station.vlan);
    const port = ports.get(key) ?? oneTable.get(station.mac);
    if (port !== `sw${host}`) wrong.push(`switch has ${key} at ${port ?? 'no port'}`);
  }
  return wrong;
}
