import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Emphasis, historyOf } from './history/arbitrary.js';
import type { Property } from './history/faults.js';
import type { History } from './history/move.js';
import { HOSTS } from './history/move.js';
import { movesOf, wordsOf } from './history/move-words.js';
import { play } from './history/play.js';
import { BEFORE, ROWS } from './history/rows.js';
import { announcedIn, storedIn } from './history/told.js';

/**
 * The same hundred histories each time, so that a failure always means a change; where HERALD_HISTORIES says how many,
 * other ones each time.
 */
const RUNS = process.env['HERALD_HISTORIES'];
const PARAMETERS = RUNS === undefined ? { numRuns: 100, seed: 420_698_491 } : { numRuns: Number(RUNS) };

const tell = ({ moves, ...rest }: History): string =>
  `${JSON.stringify(rest)}\n  ${moves.map(wordsOf).join('; ')}`;

describe('histories of guests on three hosts', () => {
  it.each<[Property, string, Emphasis]>([
    ['P1', 'no frame and no plan names the primary MAC of another machine', { clones: 6, boots: 2 }],
    [
      'P2',
      'no boot announces anything, nor what its machine was not seen to use since',
      { boots: 4, clones: 2 },
    ],
    ['P3', 'every arrival is announced, all of it and once', { agents: 3, returns: 2 }],
    [
      'P4',
      'nothing that only this guest used is left out at an arrival',
      { agents: 0, boots: 0, clones: 0, ages: 2 },
    ],
    ['P5', 'no guest is announced where it does not run', { agents: 2, returns: 4 }],
    ['P6', 'no epoch decreases, whatever others write', { foreign: 4, returns: 2 }],
    ['P7', 'nothing rejects unhandled, and no timer is left', { agents: 4 }],
  ])('%s: %s', { timeout: 600_000 }, async (property, _, emphasis) => {
    const holds = fc.asyncProperty(historyOf(emphasis), async (history) => {
      const { chronicle } = await play(history);
      const faults = chronicle.faults.filter((each) => each.property === property).map(({ what }) => what);
      if (faults.length > 0)
        throw new Error(`${faults.join('\n')}\n${tell(history)}\n${chronicle.lines.join('\n')}`);
    });
    await fc.assert(holds, PARAMETERS);
  });
});

describe('a history', () => {
  it.each(ROWS.map((row) => [row.name, row] as const))('%s', async (_, row) => {
    const { moves, announced, cloned = false, agents = HOSTS, latencyMs = 0, isSlow = false, store } = row;
    const world = await play({ cloned, latencyMs, isSlow, agents, moves: movesOf(`${BEFORE}; ${moves}`) });
    expect(world.chronicle.faults, world.chronicle.lines.join('\n')).toEqual([]);
    expect(announcedIn(world)).toEqual(announced);
    if (store !== undefined) expect(await storedIn(world)).toEqual(store);
  });
});
