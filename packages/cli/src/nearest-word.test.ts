import { expect, it } from 'vitest';
import { nearestWord } from './nearest-word.js';

const known = ['rounds', 'stepMs', 'host', 'log'];

it.each([
  ['round', 'rounds'],
  ['ROUNDS', 'rounds'],
  ['hots', 'host'],
  ['lg', 'log'],
  ['la', undefined],
  ['step', 'stepMs'],
  ['colour', undefined],
  ['', undefined],
])('the word most likely meant by %j is %j', (word, meant) => {
  expect(nearestWord(word, known)).toBe(meant);
});
