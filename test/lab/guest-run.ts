import { LabFault } from './lab-fault.js';
import { type GuestRecipe, speakOnce } from './guest-recipe.js';
import type { LabRig } from './lab-rig.js';
import { bridgePorts, type HostName } from './namespaces.js';
import type { QemuProcess } from './qemu-process.js';
import { type Station, stationKey } from './station.js';
import { waitUntil } from './wait-until.js';

/** Boots the guest on a host and makes its stations. */
export async function bootGuest(rig: LabRig, host: HostName, recipe: GuestRecipe): Promise<QemuProcess> {
  const qemu = await rig.startQemu(host, {});
  await qemu.console.ready(90_000);
  for (const line of recipe.setUp) await qemu.console.run(line);
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

/** What the bridges and the switch have wrong about the stations of a guest that runs on `host`. */
export async function misplacedStations(
  rig: LabRig,
  host: HostName,
  stations: readonly Station[],
): Promise<string[]> {
  const wrong: string[] = [];
  const bridge = await bridgePorts(rig.network.hosts[host]);
  for (const mac of new Set(stations.map((station) => station.mac))) {
    const port = bridge.get(mac);
    if (!port?.startsWith('tap')) wrong.push(`bridge of ${host} has ${mac} at ${port ?? 'no port'}`);
  }
  const entries = await rig.switch.entries();
  const ports = new Map(entries.map((entry) => [stationKey(entry), entry.port]));
  for (const station of stations) {
    const port = ports.get(stationKey(station));
    if (port !== `sw${host}`) wrong.push(`switch has ${stationKey(station)} at ${port ?? 'no port'}`);
  }
  return wrong;
}

/** The migration as the harness drives it, over a unix socket both hosts can reach. */
export interface Migration {
  /** QEMU's own stamp of RESUME on the destination, milliseconds since the epoch. */
  readonly resumedAtMs: number;
}

export async function migrateGuest(rig: LabRig, source: QemuProcess, destination: QemuProcess): Promise<Migration> {
  const since = destination.qmp.events.length;
  await source.qmp.execute('migrate-set-parameters', { 'max-bandwidth': 2 ** 30 });
  await source.qmp.execute('migrate', { uri: migrationUri(rig, destination) });
  return resumed(destination, since);
}

export async function resumed(destination: QemuProcess, since: number): Promise<Migration> {
  const isResume = (event: { event: string }): boolean => event.event === 'RESUME';
  const event = await destination.qmp.waitFor('RESUME', isResume, { since, timeoutMs: 60_000 });
  return { resumedAtMs: event.atMs };
}

export function migrationUri(rig: LabRig, destination: { readonly name: string }): string {
  return `unix:${rig.sockets}/migrate-${destination.name}`;
}

/** Waits until probes to every station arrive at the guest's taps on `host`. */
export async function probesArrive(
  what: string,
  stations: readonly Station[],
  arrived: () => Promise<ReadonlyMap<number, number>>,
): Promise<void> {
  let missing: string[] = [];
  await waitUntil(`probes to arrive at ${what}`, { timeoutMs: 6000, everyMs: 200 }, async () => {
    const flows = await arrived();
    missing = stations.filter((station) => !flows.has(station.flow)).map((station) => station.name);
    return missing.length === 0 || undefined;
  }).catch(() => {
    throw new LabFault(`no probe arrives at ${what} for ${missing.join(', ')}`);
  });
}
