import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FRAME_SINK, type FrameSink, type HeraldPlugin, type HostService } from '@nic-herald/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const { argv } = process;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'minimal-host-'));
});
afterEach(async () => {
  process.argv = argv;
  vi.restoreAllMocks();
  await rm(directory, { recursive: true });
});

/** Runs the program with these arguments, as far as it runs by itself. */
const run = async (...words: readonly string[]): Promise<void> => {
  process.argv = ['node', 'main.js', ...words];
  vi.resetModules();
  await import('./main.js');
};

it('says how to use it where an argument is missing', async () => {
  const said = vi.spyOn(console, 'error').mockReturnValue();
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`exit ${code}`);
  });
  await expect(run('/run/vm/*.qmp')).rejects.toThrow('exit 2');
  expect(said).toHaveBeenCalledWith('usage: main.js QMP_SOCKET_OR_GLOB HANDOFF_DIRECTORY');
});

it('composes a host, and closes it at Ctrl-C', async () => {
  const close = vi.fn(async () => {});
  const sink: FrameSink & HostService = {
    name: 'fake',
    claim: async () => ({ preference: 50 }),
    open: () => Promise.reject(new TypeError('nothing is sent here')),
    close,
  };
  // The one part that needs root.
  const linuxSink = (): HeraldPlugin => ({
    name: '@nic-herald/sink-linux',
    contract: 2,
    install: (registrar) => registrar.contribute(FRAME_SINK, { value: sink }),
  });
  vi.doMock('@nic-herald/sink-linux', () => ({ linuxSink }));
  const earlier = process.rawListeners('SIGINT');

  await run(join(directory, '*.qmp'), directory);

  const [stop] = process.rawListeners('SIGINT').filter((listener) => !earlier.includes(listener));
  expect(close).not.toHaveBeenCalled();
  stop?.call(process, 'SIGINT');
  await vi.waitFor(() => expect(close).toHaveBeenCalledOnce());
});
