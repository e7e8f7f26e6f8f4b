import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LearnedStation, Snapshot } from '@nic-herald/core';
import type { LabRig } from './lab-rig.js';
import type { HostName } from './namespaces.js';

/** What a host has handed over so far, as it stands. */
export async function snapshotTexts(rig: LabRig, host: HostName): Promise<string[]> {
  const folder = join(rig.directory, 'handoff');
  const names = (await readdir(folder)).filter((name) => name.endsWith(`@${host}.json`));
  return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
}

/** The stations that a host has handed over as learned. */
export async function learnedHandedOver(rig: LabRig, host: HostName): Promise<LearnedStation[]> {
  const snapshots = (await snapshotTexts(rig, host)).map((text) => JSON.parse(text) as Snapshot);
  return snapshots.flatMap(({ nics }) => nics.flatMap(({ learned }) => learned));
}
