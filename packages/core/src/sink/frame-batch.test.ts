import { expect, it } from 'vitest';
import { frameCount } from './frame-batch.js';

it.each([
  [[], 0],
  [[0], 0],
  [[0, 60], 1],
  [[0, 60, 124], 2],
])('starts %j hold %d frames', (starts, frames) => {
  expect(frameCount({ bytes: new Uint8Array(), starts: Uint32Array.from(starts) })).toBe(frames);
});
