import { expect, it } from 'vitest';
import { statedModes } from './stated-modes.js';

it.each([
  ['nothing is stated', {}, { mode: 'announce' }],
  ['all are observed', { mode: 'observe' }, { mode: 'observe' }],
  [
    'some guests have their own',
    { mode: 'observe', guests: { a: { mode: 'announce' }, b: { mode: 'observe' }, c: {} } },
    { mode: 'observe', guestModes: { a: 'announce' } },
  ],
  [
    'one alone is observed',
    { guests: { a: { mode: 'observe' } } },
    { mode: 'announce', guestModes: { a: 'observe' } },
  ],
] as const)('the modes of a host where %s', (_, rules, expected) => {
  expect(statedModes(rules)).toEqual(expected);
});
