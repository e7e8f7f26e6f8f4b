import { expect, it } from 'vitest';
import { changedKeys, isTaken } from './changed-keys.js';

it.each<[string, unknown, unknown, readonly string[]]>([
  ['nothing', { a: { b: 1 } }, { a: { b: 1 } }, []],
  ['a key that came', {}, { a: { b: 1 } }, ['a.b']],
  ['a key that went', { a: { b: 1, c: 2 } }, { a: { c: 2 } }, ['a.b']],
  ['a list, as a whole', { a: [1, 2] }, { a: [2, 1] }, ['a']],
  ['an empty section that came', {}, { a: {} }, ['a']],
  ['a value in the place of a mapping', { a: { b: 1 } }, { a: 1 }, ['a']],
])('%s', (_, before, after, keys) => {
  expect(changedKeys(before, after).map(({ path }) => path.join('.'))).toEqual(keys);
});

it.each([
  ['mode', true],
  ['guests.web-1.trust', true],
  ['announce.pacing.burst', true],
  ['learner.maxAge', true],
  ['learner.capacity', false],
  ['log.level', true],
  ['host', false],
  ['plugins', false],
  ['handoff.directory', false],
])('%s is taken by a running agent: %s', (key, taken) => {
  expect(isTaken(key.split('.'))).toBe(taken);
});
