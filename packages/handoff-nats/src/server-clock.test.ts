import { FakeClock } from '@nic-herald/testkit';
import { expect, it } from 'vitest';
import { ServerClock } from './server-clock.js';

it('knows no age before anything was heard', () => {
  expect(new ServerClock(new FakeClock()).ageOf(5)).toBeUndefined();
});

it.each([
  ['what is new', [[1_000_000, true]], 999_000, 1000],
  [
    'the newest of what is old',
    [
      [400, false],
      [900, false],
      [700, false],
    ],
    400,
    500,
  ],
  [
    'what is new more than what is old',
    [
      [900, false],
      [1200, true],
    ],
    900,
    300,
  ],
  [
    'a server with an earlier time that took over',
    [
      [5000, true],
      [2000, true],
    ],
    1500,
    500,
  ],
  ['nothing that would lie ahead', [[1000, true]], 1500, 0],
] as const)('goes by %s', (_, messages, storedAt, ageMs) => {
  const server = new ServerClock(new FakeClock());
  for (const [at, isNew] of messages) server.heard(at, isNew);
  expect(server.ageOf(storedAt)).toBe(ageMs);
});

it('goes by the time that passes, whatever this host is set to', async () => {
  const clock = new FakeClock();
  const server = new ServerClock(clock);
  server.heard(1000, true);
  clock.step(3_600_000);
  await clock.advance(250);
  expect(server.ageOf(1000)).toBe(250);
});
