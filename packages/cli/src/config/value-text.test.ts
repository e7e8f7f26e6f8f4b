import { expect, it } from 'vitest';
import { valueText } from './value-text.js';

it.each<[unknown, string]>([
  [undefined, 'nothing'],
  [null, 'nothing'],
  [[1, 2], 'a list of 2'],
  [{ secret: 'x' }, 'a mapping'],
  ['web', '"web"'],
  ['a\u001b[31m', String.raw`"a\u001b[31m"`],
  ['x'.repeat(300), `"${'x'.repeat(59)}... (300 characters)`],
  [5000, '5000'],
])('%j is %s', (value, text) => {
  expect(valueText(value)).toBe(text);
});
