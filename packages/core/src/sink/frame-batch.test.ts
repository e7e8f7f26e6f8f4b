import { expect, it } from 'vitest';
import { frameCount, framesOf } from './frame-batch.js';

it.each([
  [[], 0],
  [[0], 0],
  [[0, 60], 1],
  [[0, 60, 124], 2],
])('starts %j hold %d frames', (starts, frames) => {
  expect(frameCount({ bytes: new Uint8Array(), starts: Uint32Array.from(starts) })).toBe(frames);
});

it.each<[readonly number[], readonly (readonly number[])[]]>([
  [[], []],
  [[0], []],
  [[0, 2], [[1, 2]]],
  [
    [1, 1, 3],
    [[], [2, 3]],
  ],
])('the frames that start at %j are %j', (starts, frames) => {
  const batch = { bytes: Uint8Array.of(1, 2, 3), starts: Uint32Array.from(starts) };
  expect(framesOf(batch).map((frame) => [...frame])).toEqual(frames);
});
