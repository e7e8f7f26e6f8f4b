import { METRICS } from '@nic-herald/metrics';
import { expect, test } from 'vitest';
import { read } from './repository.js';

test('docs/metrics.md has a row for each metric, with its type, labels and meaning, in their order', () => {
  const rows = read('docs/metrics.md')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, , type = '']) => ['counter', 'gauge', 'histogram'].includes(type))
    .map((cells) => cells.slice(1, -1));
  expect(rows).toEqual(
    METRICS.map(({ name, type, labels, help }) => [
      `\`${name}\``,
      type,
      labels.map((label) => `\`${label}\``).join(', '),
      help,
    ]),
  );
});
