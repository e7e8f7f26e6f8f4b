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
  expect(await store.ofHost('A')).toEqual([{ guest, host: 'A', epoch: 2, primaryMacs: [] }]);
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
  expect([await store.ofHost('A'), await store.ofHost('B')]).toMatchObject([[], [{ host: 'B' }]]);
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

test('forgets nothing while it cannot be reached', async () => {
  const store = new MemoryHandoff();
  await store.publish(from('A'));
  store.disconnect();
  const refused = { code: 'HERALD_HANDOFF_DISCONNECTED' };
  await expect(store.publish(from('A', 2))).rejects.toMatchObject(refused);
  await expect(store.fetch(guest)).rejects.toMatchObject(refused);
  store.connect();
  expect(await store.fetch(guest)).toMatchObject([{ snapshot: { epoch: 1 } }]);
});

test('keeps notes for a while', async () => {
  let now = 0;
  const store = new MemoryHandoff({ now: () => now });
  const signal = new AbortController().signal;
  await store.notes.put(guest, { host: 'A', kind: 'seen', writtenAt: 7, body: 1 }, { signal });
  now = 600_000;
  expect(await store.notes.read(guest, { signal })).toHaveLength(1);
  now += 1;
  expect(await store.notes.read(guest, { signal })).toEqual([]);
});
