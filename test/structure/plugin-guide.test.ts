import { describe, expect, test } from 'vitest';
import { read } from './repository.js';

const WHOLE = /^\[`(examples\/[^`]+)`\]\([^)]+\), whole:\n\n```ts\n([\s\S]*?)^```$/gm;
const shown = [...read('docs/writing-a-plugin.md').matchAll(WHOLE)];

test('docs/writing-a-plugin.md shows whole examples', () => {
  expect(shown.length).toBeGreaterThanOrEqual(5);
});

describe.each(shown.map(([, path = '', code = '']) => ({ path, code })))('$path', ({ path, code }) => {
  test('stands in docs/writing-a-plugin.md as it is', () => {
    expect(code).toBe(read(path));
  });

  test('has fewer than 40 lines', () => {
    expect(code.trimEnd().split('\n').length).toBeLessThan(40);
  });
});

test('the observer has fewer than 40 lines, the monitor fewer than 60', () => {
  const linesOf = (path: string): number => read(`examples/${path}`).trimEnd().split('\n').length;
  expect(linesOf('custom-observer/src/journal.ts')).toBeLessThan(40);
  expect(linesOf('small-plugins/src/state-monitor.ts')).toBeLessThan(60);
});
