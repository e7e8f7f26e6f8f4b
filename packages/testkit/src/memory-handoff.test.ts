import { guestIdentity, guestKeyOf, type Snapshot } from '@nic-herald/core';
import { expect, test } from 'vitest';
import { MemoryHandoff } from './memory-handoff.js';

const keyOf = (name: string): Snapshot['guest'] => {
  const key = guestKeyOf(guestIdentity({ name }));
  if (key === undefined) throw new TypeError(name);
  return key;
};
const guest = keyOf('web-1');
const from = (host: string, epoch = 1): Snapshot => ({ format: 1, guest, host, epoch, nics: [] });

test('keeps one entry for each guest and host, the last one written', async () => {
  const store = new MemoryHandoff();
  await store.publish(from('A'));
  await store.publish(from('B'));
  await store.publish(from('A', 2));
  expect(await store.fetch(guest)).toEqual([
    { host: 'A', snapshot: from('A', 2) },
    { host: 'B', snapshot: from('B') },
  ]);
  expect(await store.list()).toEqual([
    { guest, host: 'A', epoch: 2, primaryMacs: [] },
    { guest, host: 'B', epoch: 1, primaryMacs: [] },
  ]);
  await store.remove(guest, 'A');
  expect(await store.fetch(guest)).toHaveLength(1);
  expect(await store.fetch(keyOf('web-2'))).toEqual([]);
});

test('an entry that is no snapshot says so and hides no other', async () => {
  const store = new MemoryHandoff();
  await store.publish({ ...from('A'), epoch: -1 });
  await store.publish(from('B'));
  const [bad, good] = await store.fetch(guest);
  expect(bad).toMatchObject({ host: 'A', problem: { code: 'HERALD_SNAPSHOT_INVALID' } });
  expect(good).toHaveProperty('snapshot');
  expect(await store.list()).toHaveLength(1);
});

test('tells the watchers of a guest of every change, until they stop', async () => {
  const store = new MemoryHandoff();
  let told = 0;
  const stop = store.watch(guest, () => {
    told += 1;
  });
  store.watch(keyOf('web-2'), () => {
    told += 100;
  });
  await store.publish(from('A'));
  await store.remove(guest, 'A');
  await store.remove(guest, 'A');
  stop();
  await store.publish(from('A'));
  expect(told).toBe(2);
});
