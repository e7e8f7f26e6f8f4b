import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ShortTurns } from './short-turns.js';

const busy = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

it('lets others have their turn within long work', async () => {
  const turns = new ShortTurns();
  let done = 0;
  const all = Array.from({ length: 20 }, () =>
    turns.run(() => {
      busy(1);
      done += 1;
    }),
  );
  await setImmediate();
  expect(done).toBeLessThan(10);
  await Promise.all(all);
  expect(done).toBe(20);
});

it('goes on after what throws, and tells it', async () => {
  const turns = new ShortTurns();
  const failed = turns.run(() => {
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  expect(await turns.run(() => 1)).toBe(1);
});
