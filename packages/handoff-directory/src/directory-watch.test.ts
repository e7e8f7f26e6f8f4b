import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsolatingEventBus } from '@nic-herald/core/internal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyOf, ManualClock, options, snapshotOf, web } from '../test/handoff-fixture.js';
import { DirectoryHandoff } from './directory-handoff.js';

let directory: string;
let clock: ManualClock;
let open: DirectoryHandoff[];

const storeIn = (where: string): DirectoryHandoff => {
  const settings = { directory: where, maxFileBytes: 65_536, maxEntries: 100, pollMs: 250 };
  const store = new DirectoryHandoff(settings, clock, new IsolatingEventBus());
  open.push(store);
  return store;
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'herald-handoff-'));
  clock = new ManualClock();
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map((store) => store.close()));
  await rm(directory, { recursive: true, force: true });
});

describe('watching', () => {
  const until = async (happened: () => boolean): Promise<void> => {
    while (!happened()) await new Promise((done) => setImmediate(done));
  };

  it('tells of a write by another process of this machine, of no other guest, and stops', async () => {
    const store = storeIn(directory);
    let calls = 0;
    const stop = store.watch(web, () => {
      calls += 1;
    });
    await until(() => calls === 1 || clock.waiting > 0);
    const before = calls;
    await storeIn(directory).publish(snapshotOf(keyOf('name:db'), 'b'), options);
    await storeIn(directory).publish(snapshotOf(web, 'b'), options);
    await until(() => calls > before);
    stop();
    expect(clock.waiting).toBe(0);
  });

  it('sees by its own looks what the kernel does not tell: writes of another host', async () => {
    const mounted = join(directory, 'mounted');
    await mkdir(mounted);
    const store = storeIn(mounted);
    let calls = 0;
    store.watch(web, () => {
      throw new Error('a listener that throws');
    });
    store.watch(web, () => {
      calls += 1;
    });
    await until(() => clock.waiting > 0);
    // Another directory in the place of the watched one: no notice comes from it.
    await mkdir(join(directory, 'replacement'));
    await rename(mounted, join(directory, 'away'));
    await rename(join(directory, 'replacement'), mounted);
    const again = storeIn(mounted);
    for (const epoch of [1, 2]) {
      await again.publish(snapshotOf(web, 'b', epoch), options);
      const before = calls;
      clock.fire();
      await until(() => clock.waiting > 0);
      expect(calls).toBe(before + 1);
    }
    const before = calls;
    clock.fire();
    await until(() => clock.waiting > 0);
    expect(calls).toBe(before); // nothing changed
    await again.remove(web, 'b', options);
    clock.fire();
    await until(() => clock.waiting > 0);
    expect(calls).toBe(before + 1);
  });
});
