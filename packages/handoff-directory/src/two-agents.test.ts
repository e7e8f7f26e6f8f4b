import * as files from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsolatingEventBus } from '@nic-herald/core/internal';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ManualClock, options, snapshotOf, web } from '../test/handoff-fixture.js';
import { DirectoryHandoff } from './directory-handoff.js';
import { entryName, probeName, temporaryName } from './entry-name.js';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof files>();
  return { ...real, rename: vi.fn(real.rename), open: vi.fn(real.open) };
});

const { mkdtemp, readdir, rm, stat, utimes, writeFile } = files;
const entry = entryName(web, 'a');

let directory: string;
let clock: ManualClock;
const agent = (): DirectoryHandoff =>
  new DirectoryHandoff(
    { directory, maxFileBytes: 65_536, maxEntries: 100, pollMs: 250 },
    clock,
    new IsolatingEventBus(),
  );
/** An unfinished file, last written so long ago by the storage's clock. */
const unfinished = async (name: string, agoMs: number): Promise<string> => {
  const at = (Date.now() - agoMs) / 1000;
  await writeFile(join(directory, name), 'half');
  await utimes(join(directory, name), at, at);
  return name;
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'herald-handoff-'));
  clock = new ManualClock();
});
afterEach(async () => {
  vi.mocked(files.rename).mockReset();
  vi.mocked(files.open).mockReset();
  await rm(directory, { recursive: true, force: true });
});

it.each([
  ['ENOENT', 'the file was taken before it was renamed'],
  ['ESTALE', 'the file was taken while it was open, on NFS'],
])('%s: %s, and the entry is written again', async (code) => {
  const store = agent();
  await store.publish(snapshotOf(web, 'a', 1), options);
  vi.mocked(files.rename).mockImplementationOnce(async (from) => {
    await rm(from);
    throw Object.assign(new Error(code), { code });
  });
  await store.publish(snapshotOf(web, 'a', 2), options);
  expect(await store.fetch(web, options)).toMatchObject([{ snapshot: { epoch: 2 } }]);
  expect(await readdir(directory)).toEqual([entry]);
});

it('what is taken again and again is an error, and the old entry stands', async () => {
  const store = agent();
  await store.publish(snapshotOf(web, 'a', 1), options);
  vi.mocked(files.rename).mockRejectedValue(Object.assign(new Error('gone'), { code: 'ENOENT' }));
  await expect(store.publish(snapshotOf(web, 'a', 2), options)).rejects.toMatchObject({
    code: 'HERALD_HANDOFF_WRITE',
  });
  expect(vi.mocked(files.rename)).toHaveBeenCalledTimes(3);
  expect(await store.fetch(web, options)).toMatchObject([{ snapshot: { epoch: 1 } }]);
});

it('an agent that starts leaves alone what a living one of its name is writing', async () => {
  const [old, started] = [agent(), agent()];
  let starting: Promise<void> | undefined;
  const { rename: real } = await vi.importActual<typeof files>('node:fs/promises');
  vi.mocked(files.rename).mockImplementationOnce(async (from, to) => {
    starting = started.publish(snapshotOf(web, 'b', 1), options);
    await starting; // its first write as host b, and then as host a
    await started.publish(snapshotOf(web, 'a', 1), options);
    await real(from, to);
  });
  await old.publish(snapshotOf(web, 'a', 2), options);
  expect(vi.mocked(files.rename)).toHaveBeenCalledTimes(3); // nothing had to be written again
  expect(await started.fetch(web, options)).toMatchObject([{ snapshot: { epoch: 2 } }, { host: 'b' }]);
});

it.each([
  ['this host’s clock', 0],
  ['a clock ten minutes behind', 600_000],
  ['a clock ten minutes ahead', -600_000],
])('takes what was left for over a minute by the storage’s clock, %s', async (_, ahead) => {
  clock.ahead = ahead;
  const store = agent();
  await store.start(options);
  const young = [
    await unfinished(temporaryName('a', '1-cd', 1), 30_000),
    await unfinished(probeName('1-cd', 1), 30_000),
    await unfinished(temporaryName('b', '1-cd', 1), 90_000), // another host's, whatever its age
  ];
  await unfinished(temporaryName('a', '1-dead', 1), 90_000);
  await unfinished(probeName('1-dead', 1), 90_000);
  await store.publish(snapshotOf(web, 'a', 1), options);
  expect(new Set(await readdir(directory))).toEqual(new Set([...young, entry]));
});

it('comes back for what was too young', async () => {
  const store = agent();
  const left = await unfinished(temporaryName('a', '1-dead', 1), 30_000);
  await store.publish(snapshotOf(web, 'a', 1), options);
  expect(await readdir(directory)).toContain(left);
  await unfinished(left, 90_000);
  await store.publish(snapshotOf(web, 'a', 2), options);
  expect(await readdir(directory)).toContain(left); // it does not look at every write
  clock.passed = 60_000;
  clock.ahead = 60_000;
  await store.publish(snapshotOf(web, 'a', 3), options);
  expect(await readdir(directory)).toEqual([entry]);
  clock.passed = 120_000;
  clock.ahead = 120_000;
  await unfinished(left, 200_000);
  await store.publish(snapshotOf(web, 'a', 4), options);
  expect((await stat(join(directory, left))).isFile()).toBe(true); // there was nothing left to come back for
});

it('a start does not fail for a probe that cannot be written, and none is left', async () => {
  const { open: real } = await vi.importActual<typeof files>('node:fs/promises');
  vi.mocked(files.open).mockImplementation(async (path, ...rest) => {
    const handle = await real(path, ...rest);
    handle.sync = () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
    return handle;
  });
  await agent().start(options);
  expect(vi.mocked(files.open)).toHaveBeenCalledTimes(1);
  expect(await readdir(directory)).toEqual([]);
});
