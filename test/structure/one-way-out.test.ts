import { expect, it } from 'vitest';
import { filesBelow, read } from './repository.js';

const SOURCES = filesBelow('packages/host/src').filter((path) => /(?<!\.test)\.ts$/.test(path));

it('the host has one place that opens ways out, so that `mode: observe` holds for every sender', () => {
  const knowing = SOURCES.filter((path) => /\b(FrameSink|FRAME_SINK)\b/.test(read(path)));
  expect(knowing.toSorted((a, b) => a.localeCompare(b))).toEqual([
    'packages/host/src/announce/sink-registry.ts',
    'packages/host/src/compose-host.ts',
  ]);
});
