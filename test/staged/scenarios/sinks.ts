import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodePcap, isDecodeError } from '@nic-herald/wire';
import { migrate, quiet, webRuns } from '../guest-scenes.js';
import { heardSince, missingFaults, silenceFaults } from '../heard-frames.js';
import { web, webGuest } from '../played-guest.js';
import type { StagedCase } from '../staged-case.js';
import { withRig } from '../staged-rig.js';

const pcapSink = join(import.meta.dirname, '../../../examples/custom-sink');
const ours = '@nic-herald/sink-linux';

/** A herald.yaml that names another sink for taps, beside the one that comes with nic-herald. */
const herald = (directory: string, preference: number, isFirst: boolean): string => {
  const entries = [
    `  - use: ${pcapSink}\n    with: { directory: ${directory}, preference: ${preference} }\n`,
    `  - "${ours}"\n`,
  ];
  return `plugins:\n${(isFirst ? entries : entries.reverse()).join('')}`;
};

/** Somebody's sink beside ours: who has the higher preference gets the tap, in whatever order herald.yaml names them. */
const byPreference = (preference: number, isFirst: boolean): StagedCase => {
  const isTheirs = preference > 60;
  const place = isFirst ? 'first' : 'last';
  return {
    name: `sink-of-preference-${preference}-named-${place}`,
    summary: `a third-party sink of preference ${preference}, named ${place}: the tap is ${isTheirs ? 'its' : 'ours'}`,
    run: ({ directory }) =>
      withRig({ directory }, async (rig) => {
        const dryRun = join(directory, 'dry-run');
        const config = herald(dryRun, preference, isFirst);
        const [, B] = await Promise.all([rig.agent('A'), rig.agent('B', { config })]);
        const source = await webRuns(rig, 'A');
        const destination = await rig.qemu('B', webGuest, { incoming: true });
        await B.armed();
        const uplink = await rig.uplink('B');
        const resumedAt = await migrate(source, destination);
        await quiet();
        const { nics, outcome } = await B.report();
        const heard = await heardSince(uplink, resumedAt);
        const faults = isTheirs
          ? silenceFaults(heard, 'B')
          : missingFaults(heard, [web.primary, web.listed], 'B');
        const sink = isTheirs ? 'pcap' : 'linux-tap';
        if (nics[0]?.sink !== sink || outcome !== 'announced') {
          faults.push(`the report says ${outcome} by ${nics[0]?.sink}, not announced by ${sink}`);
        }
        const written = await readFile(join(dryRun, 'tap0.pcap')).then(decodePcap, () => undefined);
        const frames = written === undefined || isDecodeError(written) ? 0 : written.records.length;
        if (frames > 0 !== isTheirs) faults.push(`the other sink was given ${frames} frames`);
        return { faults };
      }),
  };
};

export const sinks: readonly StagedCase[] = [
  byPreference(90, true),
  byPreference(90, false),
  byPreference(10, true),
];
