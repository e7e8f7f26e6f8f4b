import { expect, it } from 'vitest';
import { movedOften } from './moved-often.js';

const seconds = (...at: readonly number[]): readonly number[] => at.map((each) => 1e12 + each * 1000);

it.each<[string, readonly number[]]>([
  ['never moved', []],
  ['moved three times', seconds(0, 1, 2)],
  ['moved four times, the first of them long ago', seconds(0, 60, 120, 180)],
])('says nothing of a guest that %s', (_, moves) => {
  expect(movedOften(moves)).toBeUndefined();
});

it.each<[string, readonly number[], number, number]>([
  ['for the fourth time', seconds(0, 60, 120, 179), 4, 1],
  ['for the fourth time at once', seconds(0, 0, 0, 0), 4, 180],
  ['for the fifth time', seconds(0, 10, 20, 30, 40), 5, 150],
  ['for the fourth time after an old one', seconds(0, 500, 501, 502, 503), 4, 177],
])('warns of one that moves %s, and says how long to wait', (_, moves, count, waitS) => {
  const warning = movedOften(moves);
  expect(warning?.code).toBe('HERALD_MOVED_OFTEN');
  expect(warning?.message).toContain(`moved ${count} times`);
  expect(warning?.message).toContain(`wait ${waitS} s`);
});
