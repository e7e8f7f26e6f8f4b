import { setTimeout as sleep } from 'node:timers/promises';
import { decodeEthernet, isDecodeError } from '@nic-herald/wire';
import { beginMigration, migrationCompleted, resumeOf, startDestination } from '../lab/guest-move.js';
import { speakOnce } from '../lab/guest-recipe.js';
import type { LabRig } from '../lab/lab-rig.js';
import type { QemuProcess } from '../lab/qemu-process.js';
import type { Station } from '../lab/station.js';
import { type CapturedFrame, captureDelayMs, type TapReceiver } from '../lab/tap-receiver.js';
import { type OvnFabric, PROVIDER_PORT } from './ovn-fabric.js';

/** So long after RESUME the port is watched before the guest itself speaks. */
const WATCHED_MS = 2000;

/** A move of a guest whose QEMU announces nothing, between two hosts of OVN. */
export interface OvnMove {
  readonly destination: QemuProcess;
  /** Frames with one of the guest's MACs that came in at its new port, or left its new host, before RESUME. */
  readonly early: number;
  /** From RESUME to the first frame from the guest's MAC, ms: at its new port, and beyond it. Absent: none came. */
  readonly atPortMs: number | undefined;
  readonly beyondMs: number | undefined;
  /** Names of the stations that were heard of beyond the port before the guest spoke itself. */
  readonly announced: readonly string[];
  /** Whether the guest was heard when it spoke itself, {@link WATCHED_MS} after RESUME. */
  readonly isHeard: boolean;
}

export interface OvnMoveOptions {
  /** The guest's stations, its own first, and its tap. */
  readonly stations: readonly [Station, ...Station[]];
  readonly tap: string;
  readonly peer: TapReceiver;
  /** The VLAN of the provider in which the guest is. */
  readonly vlan: number | undefined;
  readonly suffix: string;
  /** Done once the destination waits, before the guest leaves. */
  readonly before: (destination: QemuProcess) => Promise<void>;
}

/** Migrates the guest to the other host, as neutron does: its port is on both until it has arrived. */
export async function ovnMove(
  rig: LabRig,
  fabric: OvnFabric,
  source: QemuProcess,
  { stations, tap, peer, vlan, suffix, before }: OvnMoveOptions,
): Promise<OvnMove> {
  const [station] = stations;
  const host = source.host === 'A' ? 'B' : 'A';
  const port = await rig.capture(host, tap, 'in');
  const provider = await rig.capture(host, PROVIDER_PORT, 'out');
  const leaving = [port, provider, await rig.capture(host, 'up0', 'out')];
  await fabric.awaitedOn(source.host, host);
  const destination = await startDestination(rig, host, { suffix });
  for (const qemu of [source, destination]) {
    await qemu.qmp.execute('migrate-set-parameters', { 'announce-rounds': 0 });
  }
  await before(destination);
  const sinceMs = Date.now();
  await beginMigration(rig, source, destination);
  const resumedAtMs = await resumeOf(destination);
  await migrationCompleted(source);
  await sleep(Math.max(0, resumedAtMs + WATCHED_MS - Date.now()));
  const spokeAtMs = Date.now();
  await destination.console.run(speakOnce([station]));
  await sleep(2 * captureDelayMs);
  const frames = await Promise.all(leaving.map((each) => each.frames()));
  // In the provider's network the peer hears of the guest from its old host, too: ovn-controller announces it there again and again.
  const seen = await (vlan === undefined ? peer : provider).frames();
  const heard = seen.filter(isFrom(station.mac, vlan));
  await source.stop();
  await fabric.settlesOn(host);
  return {
    destination,
    early: frames
      .flat()
      .filter(({ atMs }) => atMs > sinceMs && atMs < resumedAtMs)
      .filter((frame) => stations.some(({ mac }) => hasMac(frame, mac))).length,
    atPortMs: firstBetween((await port.frames()).filter(isFrom(station.mac)), resumedAtMs, spokeAtMs),
    beyondMs: firstBetween(heard, resumedAtMs, spokeAtMs),
    announced: stations
      .filter((each) => {
        const from = seen.filter(isFrom(each.mac, vlan, each.vlan));
        return firstBetween(from, resumedAtMs, spokeAtMs) !== undefined;
      })
      .map(({ name }) => name),
    isHeard: heard.some(({ atMs }) => atMs > spokeAtMs),
  };
}

/** How long after a moment the first of these frames came. */
const firstBetween = (
  frames: readonly CapturedFrame[],
  fromMs: number,
  untilMs: number,
): number | undefined => {
  const first = frames.find(({ atMs }) => atMs > fromMs && atMs < untilMs);
  return first && first.atMs - fromMs;
};

/** Whether a frame is from a MAC, with just these tags, the outer one first. */
export const isFrom =
  (mac: string, ...vlans: readonly (number | undefined)[]) =>
  ({ bytes }: CapturedFrame): boolean => {
    const frame = decodeEthernet(bytes);
    if (isDecodeError(frame) || frame.source !== mac) return false;
    const wanted = vlans.filter((vlan) => vlan !== undefined);
    return frame.tags.map(({ id }) => id).join() === wanted.join();
  };

/** Whether a frame has a MAC anywhere: what goes to another chassis is within a frame of this one's. */
const hasMac = ({ bytes }: CapturedFrame, mac: string): boolean =>
  Buffer.from(bytes).includes(Buffer.from(mac.replaceAll(':', ''), 'hex'));
