import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { frameSinkContract, testContract } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { hexSink } from './hex-sink.js';

const opened = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'hex-sink-'));
  await writeFile(join(directory, 'tap0.hex'), '');
  return {
    sink: hexSink(directory),
    port: { kind: 'tap', name: 'tap0' },
    missing: { kind: 'tap', name: 'tap1' },
    heard: async () => {
      const lines = (await readFile(join(directory, 'tap0.hex'), 'utf8')).split('\n').slice(0, -1);
      return lines.map((line) => Buffer.from(line, 'hex'));
    },
    close: () => rm(directory, { recursive: true }),
  };
};

testContract(frameSinkContract({ open: opened }), { describe, it });

it('refuses in words what it cannot write any more', async () => {
  const { sink, port, close } = await opened();
  const { signal } = new AbortController();
  const channel = await sink.open(port, { direction: 'from-guest', signal });
  const batch = channel.prepare({ bytes: Uint8Array.of(1), starts: Uint32Array.of(0, 1) });
  await channel.close();
  expect(batch.send()).toEqual({ accepted: 0, failure: expect.any(String) as string });
  await close();
});
