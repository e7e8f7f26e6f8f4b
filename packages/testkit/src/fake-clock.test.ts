import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FakeClock } from './fake-clock.js';

test('runs timers in the order they are due, those of one moment in the order they were set', async () => {
  const clock = new FakeClock(1000);
  const ran: string[] = [];
  for (const [name, delayMs] of [
    ['c', 30],
    ['a', 10],
    ['b1', 20],
    ['b2', 20],
    ['late', 31],
  ] as const) {
    clock.setTimer(delayMs, () => ran.push(`${name}@${clock.now()}`));
  }
  await clock.advance(30);
  expect(ran).toEqual(['a@1010', 'b1@1020', 'b2@1020', 'c@1030']);
  expect(clock.now()).toBe(1030);
  expect(clock.pending).toBe(1);
});

test('a cancelled timer does not run, and cancelling again does nothing', async () => {
  const clock = new FakeClock();
  let runs = 0;
  const cancel = clock.setTimer(5, () => {
    runs += 1;
  });
  clock.setTimer(5, () => {
    runs += 10;
  });
  cancel();
  cancel();
  await clock.advance(5);
  expect(runs).toBe(10);
});

test('a timer set by a timer runs in its turn, also one of no delay', async () => {
  const clock = new FakeClock(0);
  const at: number[] = [];
  const again = (): void => {
    at.push(clock.now());
    if (at.length < 3) clock.setTimer(10, again);
  };
  clock.setTimer(0, again);
  await clock.advance(100);
  expect(at).toEqual([0, 10, 20]);
});

test('time stands still while a file is read', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'clock-'));
  const clock = new FakeClock(0);
  const path = join(directory, 'file');
  await writeFile(path, 'x'.repeat(1_000_000));
  let readAt = -1;
  const read = async (): Promise<void> => {
    for (let times = 0; times < 5; times += 1) await readFile(path);
    readAt = clock.now();
  };
  clock.setTimer(1, () => void read());
  clock.setTimer(2, () => {});
  await clock.advance(50);
  expect(readAt).toBe(1);
  await rm(directory, { recursive: true });
});

test('advanceUntil stops at the moment the condition holds, and gives up at the limit', async () => {
  const clock = new FakeClock(0);
  let done = false;
  clock.setTimer(7, () => {
    done = true;
  });
  clock.setTimer(9, () => {});
  expect(await clock.advanceUntil(() => done, 100)).toBe(true);
  expect(clock.now()).toBe(7);
  expect(await clock.advanceUntil(() => false, 100)).toBe(false);
});

test('gets past a timer that sets itself again after a pause that rounding would lose', async () => {
  const clock = new FakeClock();
  await clock.advance(1_000_000);
  let runs = 0;
  const again = (): void => {
    runs += 1;
    if (runs < 1000) clock.setTimer(1e-12, again);
  };
  again();
  await clock.advance(0.0105);
  expect(runs).toBe(11);
});
