import { ANNOUNCE_TIMING_RANGES, DEFAULT_ANNOUNCE_TIMING } from '@nic-herald/core/internal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundPause } from './round-pause.js';

/** When each round leaves, ms after the first. */
const departures = (timing: Parameters<typeof roundPause>[0]): number[] => {
  const times = [0];
  for (let round = 1; round < timing.rounds; round++) {
    times.push((times.at(-1) ?? 0) + roundPause(timing, round));
  }
  return times;
};

describe('roundPause', () => {
  // Measured on QEMU 7.2.22 at its tap.
  it.each([
    ['the defaults', DEFAULT_ANNOUNCE_TIMING, [0, 50, 200, 450, 800]],
    [
      'a cap that is reached',
      { initialMs: 100, maxMs: 300, rounds: 5, stepMs: 100 },
      [0, 100, 300, 600, 900],
    ],
    ['a cap below the start', { initialMs: 500, maxMs: 100, rounds: 3, stepMs: 10 }, [0, 100, 200]],
    ['no pause at all', { initialMs: 0, maxMs: 0, rounds: 3, stepMs: 1 }, [0, 0, 0]],
    ['one round', { initialMs: 50, maxMs: 550, rounds: 1, stepMs: 100 }, [0]],
    [
      'pauses of its own, and then the rule',
      { ...DEFAULT_ANNOUNCE_TIMING, rounds: 5, pausesMs: [50, 250, 1700] },
      [0, 50, 300, 2000, 2350],
    ],
    // Out of the range that is let in; QEMU's own arithmetic all the same.
    [
      'a step back below zero',
      { initialMs: 100, maxMs: 300, rounds: 5, stepMs: -60 },
      [0, 100, 140, 440, 740],
    ],
  ])('leaves by %s', (_, timing, times) => {
    expect(departures(timing)).toEqual(times);
  });

  it('is never negative nor above the cap', () => {
    const { initialMs, maxMs, stepMs } = ANNOUNCE_TIMING_RANGES;
    const within = ([min, max]: readonly [number, number]) => fc.integer({ min, max });
    fc.assert(
      fc.property(
        within(initialMs),
        within(maxMs),
        within(stepMs),
        fc.integer({ min: 1, max: 1000 }),
        (initial, max, step, round) => {
          const pause = roundPause({ initialMs: initial, maxMs: max, stepMs: step, rounds: 1000 }, round);
          expect(pause).toBeGreaterThanOrEqual(0);
          expect(pause).toBeLessThanOrEqual(max);
        },
      ),
    );
  });
});
