import * as files from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { IsolatingEventBus } from '@nic-herald/core/internal';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ManualClock, options, snapshotOf, web } from '../test/handoff-fixture.js';
import { DirectoryHandoff } from './directory-handoff.js';
import { entryName } from './entry-name.js';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof files>();
  return { ...real, rm: vi.fn(real.rm) };
});
const { rm: real } = await vi.importActual<typeof files>('node:fs/promises');
const rm = vi.mocked(files.rm);

let directory: string;
let store: DirectoryHandoff;
beforeEach(async () => {
  directory = await files.mkdtemp(join(tmpdir(), 'herald-handoff-'));
  const settings = { directory, maxFileBytes: 65_536, maxEntries: 100, pollMs: 250 };
  store = new DirectoryHandoff(settings, new ManualClock(), new IsolatingEventBus());
});
afterEach(async () => {
  rm.mockReset();
  await store.close();
  await real(directory, { recursive: true });
});

const publish = (epoch: number): Promise<void> => store.publish(snapshotOf(web, 'a', epoch), options);

it('a removal takes all that was published before it was asked for', async () => {
  await Promise.all([publish(1), publish(2), store.remove(web, 'a', options)]);
  expect(await files.readdir(directory)).toEqual([]);
});

it('a removal, however slow, takes nothing that was published after it was asked for', async () => {
  await publish(1);
  rm.mockImplementationOnce(async (path, how) => {
    await sleep(50); // a write takes less
    await real(path, how);
  });
  await Promise.all([publish(2), store.remove(web, 'a', options), publish(3)]);
  expect(rm).toHaveBeenCalledWith(join(directory, entryName(web, 'a')), { force: true });
  expect(await store.fetch(web, options)).toMatchObject([{ snapshot: { epoch: 3 } }]);
});

it('a removal that was given up while it waited removes nothing', async () => {
  await publish(1);
  rm.mockClear();
  const aborter = new AbortController();
  const publishing = publish(2);
  const removing = store.remove(web, 'a', { signal: aborter.signal });
  aborter.abort();
  await expect(removing).rejects.toThrow(/abort/);
  await publishing;
  await store.close();
  await sleep(0);
  expect(rm).not.toHaveBeenCalled();
});
