import { expect, it } from 'vitest';
import { nodeFinding } from './node-version.js';

it.each([
  ['18.20.0', 'problem'],
  ['20.18.9', 'problem'],
  ['nonsense', 'problem'],
  ['20.19.0', 'ok'],
  ['22.0.0', 'ok'],
])('doctor judges Node.js %s as %s', (version, level) => {
  expect(nodeFinding(version).level).toBe(level);
});
