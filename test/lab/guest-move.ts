import { setTimeout as sleep } from 'node:timers/promises';
import { LabFault } from './lab-fault.js';
import type { LabRig } from './lab-rig.js';
import { darkAfterMs, firstArrivals, type Measurement, measure } from './measurement.js';
import type { HostName } from './namespaces.js';
import { sourceOfFrame } from './probe-frame.js';
import type { GuestSpec, QemuOptions, QemuProcess } from './qemu-process.js';
import { isStray, type Station, stationKey } from './station.js';
import { type CapturedFrame, captureDelayMs, type TapReceiver } from './tap-receiver.js';
import { waitUntil } from './wait-until.js';

/** How often every station is probed; where there are many, all together no more than 2250 times a second. */
const probeEveryMs = (stations: number): number => Math.max(4, Math.round(stations / 2.25));

/** What was captured somewhere so far. */
type FrameReader = Pick<TapReceiver, 'frames'>;

/** What watches the guest arrive at a host: the network's deliveries to its taps, and what leaves by the uplink. */
export interface ArrivalWatch {
  readonly host: HostName;
  readonly stations: readonly Station[];
  readonly taps: readonly FrameReader[];
  readonly uplink: TapReceiver;
}

export async function watchArrivals(
  rig: LabRig,
  host: HostName,
  stations: readonly Station[],
  names = rig.taps,
): Promise<ArrivalWatch> {
  const taps = await Promise.all(names.map((tap) => rig.capture(host, tap, 'out')));
  return { host, stations, taps, uplink: await rig.capture(host, 'up0', 'out') };
}

/** Starts probing and waits until every station is reached where the guest runs now. */
export async function probeSource(rig: LabRig, watch: ArrivalWatch): Promise<void> {
  const { stations, host } = watch;
  const sinceMs = Date.now();
  rig.prober.probe(stations, probeEveryMs(stations.length));
  let missing: readonly Station[] = stations;
  await waitUntil('probes at the source', { timeoutMs: 6000, everyMs: 200 }, async () => {
    const reached = firstArrivals(stations, await allFrames(watch.taps), sinceMs);
    missing = stations.filter((station) => !reached.has(station.flow));
    return missing.length === 0 || undefined;
  }).catch(() => {
    const names = missing.map((station) => station.name).join(', ');
    throw new LabFault(`before the migration no probe reaches the guest on ${host} at ${names}`);
  });
}

/** Where a QEMU listens for its guest. */
function migrationUri(rig: LabRig, name: string): string {
  return `unix:${rig.sockets}/migrate-${name}`;
}

/** Starts a QEMU that waits for the guest; `suffix` tells it from an earlier one on the same host. */
export function startDestination(
  rig: LabRig,
  host: HostName,
  extra: Pick<QemuOptions, 'paused' | 'runBy' | 'suffix'> & { readonly guest?: GuestSpec } = {},
): Promise<QemuProcess> {
  const incoming = migrationUri(rig, `${host}${extra.suffix ?? ''}`);
  return rig.startQemu(host, { ...extra, incoming });
}

/** Starts the migration; `bandwidth` in bytes per second makes it slow. */
export async function beginMigration(
  rig: LabRig,
  source: QemuProcess,
  destination: QemuProcess,
  bandwidth = 2 ** 30,
): Promise<void> {
  await source.qmp.execute('migrate-set-parameters', { 'max-bandwidth': bandwidth });
  await source.qmp.execute('migrate', { uri: migrationUri(rig, destination.name) });
}

/** Turns on the migration events, as libvirt does; QEMU leaves them off by default. */
export async function switchEventsOn(...qemus: readonly QemuProcess[]): Promise<void> {
  const capabilities = [{ capability: 'events', state: true }];
  for (const qemu of qemus) await qemu.qmp.execute('migrate-set-capabilities', { capabilities });
}

/** Waits until the source says that the migration is over. */
export async function migrationCompleted(source: QemuProcess): Promise<void> {
  await waitUntil('the migration to complete', { timeoutMs: 30_000 }, async () => {
    const { status } = (await source.qmp.execute('query-migrate')) as { status?: string };
    return status === 'completed' || undefined;
  });
}

/** QEMU's own stamp of the first RESUME after `since` events, milliseconds since the epoch. */
export async function resumeOf(destination: QemuProcess, since = 0): Promise<number> {
  const event = await destination.qmp.waitFor('RESUME', ({ event }) => event === 'RESUME', {
    since,
    timeoutMs: 60_000,
  });
  return event.atMs;
}

/** How long a guest stood still that has moved, by the stamps of both QEMUs, milliseconds. */
export async function stillFor(source: QemuProcess, resumedAtMs: number): Promise<number> {
  const isStop = ({ event }: { readonly event: string }): boolean => event === 'STOP';
  const { atMs } = await source.qmp.waitFor('STOP', isStop, { timeoutMs: 1000 });
  return resumedAtMs - atMs;
}

/** Reads the destination's captures until every station is back or would count as dark. */
export async function measureReturns(
  watch: ArrivalWatch,
  resumedAtMs: number,
  limitMs = darkAfterMs,
): Promise<Measurement> {
  const lastLookAtMs = resumedAtMs + limitMs + captureDelayMs;
  for (;;) {
    const isLast = Date.now() >= lastLookAtMs;
    const measurement = measure(watch.stations, await allFrames(watch.taps), resumedAtMs, limitMs);
    if (measurement.dark === 0 || isLast) return measurement;
    await sleep(200);
  }
}

/** Frames that left by the uplink claiming one of the guest's stations between two moments: there must be none. */
export async function claimsBetween(watch: ArrivalWatch, fromMs: number, untilMs: number): Promise<string[]> {
  await sleep(Math.max(0, untilMs + captureDelayMs - Date.now()));
  const own = new Set(watch.stations.map((station) => stationKey(station.mac, station.vlan)));
  const early = (await watch.uplink.frames()).filter(({ atMs }) => atMs > fromMs && atMs < untilMs);
  const sources = early.map(({ bytes }) => sourceOfFrame(bytes) ?? '');
  return [...new Set(sources)].filter((source) => own.has(source));
}

/** Secondary MACs that frames on the uplink claimed, from a moment on, where the guest does not use them. */
export async function strayClaims(watch: ArrivalWatch, sinceMs: number): Promise<string[]> {
  const later = (await watch.uplink.frames()).filter(({ atMs }) => atMs > sinceMs);
  const sources = new Set(later.map(({ bytes }) => sourceOfFrame(bytes) ?? ''));
  return [...sources].filter((source) => isStray(source, watch.stations));
}

async function allFrames(taps: readonly FrameReader[]): Promise<CapturedFrame[]> {
  const each = await Promise.all(taps.map((tap) => tap.frames()));
  return each.flat().sort((a, b) => a.atMs - b.atMs);
}
