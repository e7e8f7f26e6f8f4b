import { expect, it } from 'vitest';
import { HeraldError } from './herald-error.js';
import { messageOf } from './message-of.js';

it.each<[unknown, string]>([
  [undefined, 'undefined'],
  ['no card', 'no card'],
  [{ toString: () => 'an object' }, 'an object'],
  [new TypeError('no card'), 'no card'],
  [new HeraldError('HERALD_TEST', 'no card'), 'no card'],
])('says of %s: %s', (thrown, words) => {
  expect(messageOf(thrown)).toBe(words);
});
