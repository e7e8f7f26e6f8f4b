import { expect, it } from 'vitest';
import { type Mirror, mirrorAfter } from './colo-mirror.js';

it.each<[Mirror, string, Mirror]>([
  ['none', 'active', 'none'],
  ['none', 'colo', 'certain'],
  ['none', 'completed', 'none'],
  ['suspected', 'setup', 'suspected'],
  ['suspected', 'active', 'suspected'],
  ['suspected', 'colo', 'certain'],
  ['suspected', 'completed', 'none'],
  ['suspected', 'postcopy-active', 'none'],
  ['certain', 'colo', 'certain'],
  ['certain', 'active', 'certain'],
  ['certain', 'failed', 'certain'],
  ['certain', 'completed', 'none'],
])('a destination of which %s is known is, after %s, %s', (before, status, after) => {
  expect(mirrorAfter(before, status)).toBe(after);
});
