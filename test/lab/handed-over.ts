import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LearnedStation, Snapshot } from '@nic-herald/core';
import type { LabRig } from './lab-rig.js';
import type { HostName } from './namespaces.js';
import { type Station, stationKey } from './station.js';
import { waitUntil } from './wait-until.js';

/** A card is polled every 5 s, a port is read every 10 s. */
const handOverMs = 15_000;

/** What a host has handed over so far, as it stands, under the name that its agent has for it. */
export async function snapshotTexts(rig: LabRig, host: string): Promise<string[]> {
  const folder = join(rig.directory, 'handoff');
  const names = (await readdir(folder)).filter((name) => name.endsWith(`@${host}.json`));
  return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
}

/** The stations that a host has handed over as learned. */
export async function learnedHandedOver(rig: LabRig, host: HostName): Promise<LearnedStation[]> {
  const snapshots = (await snapshotTexts(rig, host)).map((text) => JSON.parse(text) as Snapshot);
  return snapshots.flatMap(({ nics }) => nics.flatMap(({ learned }) => learned));
}

/** Waits until a host hands over each station as seen there, with its IP address as proved. */
export async function seenWithAddresses(
  rig: LabRig,
  host: HostName,
  stations: readonly Station[],
): Promise<void> {
  const what = `${host} to hand over each station as seen, with its address`;
  await waitUntil(what, { timeoutMs: handOverMs, everyMs: 100 }, async () => {
    const seen = new Map(
      (await learnedHandedOver(rig, host)).map(({ station: { mac, vlan }, addresses = [] }) => [
        stationKey(mac, vlan),
        addresses.map(({ address }): string => address),
      ]),
    );
    return (
      stations.every((each) => seen.get(stationKey(each.mac, each.vlan))?.includes(each.address)) || undefined
    );
  });
}
