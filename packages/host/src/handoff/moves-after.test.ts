import { expect, it } from 'vitest';
import { snapshotOf } from '../../test/test-host.js';
import { movesAfter } from './moves-after.js';

it.each<[string, number[] | undefined, number, number[]]>([
  ['stayed, and nothing is known', undefined, 3, []],
  ['stayed', [1, 2], 3, [1, 2]],
  ['moved, and nothing is known', undefined, 4, [1000]],
  ['moved', [1, 2], 4, [1, 2, 1000]],
  ['moved for the sixth time', [1, 2, 3, 4, 5], 4, [2, 3, 4, 5, 1000]],
])('of a guest that %s', (_, moves, epoch, expected) => {
  const newest = snapshotOf(moves === undefined ? {} : { moves });
  expect(movesAfter({ newest, epoch: 3 }, { epoch, now: 999.6 })).toEqual(expected);
});

it('of a guest that nobody handed over', () => {
  expect(movesAfter({ epoch: 0 }, { epoch: 0, now: 5 })).toEqual([]);
  expect(movesAfter({ epoch: 0 }, { epoch: 1, now: 5 })).toEqual([5]);
});
