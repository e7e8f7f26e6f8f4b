import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FabricMigration } from './fabric-migration.js';
import { loadRecording, recordingNames } from './recording.js';

test.each(recordingNames())(
  '%s: QEMU alone leaves dark what it left dark when it was recorded',
  async (name) => {
    const directory = await mkdtemp(join(tmpdir(), 'fabric-'));
    const recording = loadRecording(name);
    const migration = new FabricMigration(recording, { directory });
    await migration.open();
    const told: string[] = [];
    migration.source.qemu.onEvent(({ event }) => told.push(`source ${event}`));
    migration.destination.qemu.onEvent(({ event }) => told.push(`destination ${event}`));
    const { stations } = await migration.play();
    expect(stations.filter(({ backAfterMs }) => backAfterMs === undefined)).toHaveLength(
      recording.truth.darkWithQemuAlone,
    );
    expect(stations[0]?.backAfterMs).toBe(2);
    expect(told.filter((event) => /STOP|RESUME/.test(event))).toEqual(['source STOP', 'destination RESUME']);
    expect(told[0]).toBe('source MIGRATION');
    await migration.close();
    await rm(directory, { recursive: true });
  },
);
