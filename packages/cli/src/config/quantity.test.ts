import { expect, it } from 'vitest';
import { parseByteSize, parseDuration } from './quantity.js';

it.each<[unknown, number | undefined]>([
  [30, undefined],
  [null, undefined],
  ['', undefined],
  ['30', undefined],
  ['d', undefined],
  ['-1d', undefined],
  ['1.5h', undefined],
  ['1y', undefined],
  ['1h30m', undefined],
  ['1constructor', undefined],
  ['90s', 90_000],
  ['15m', 900_000],
  ['24h', 86_400_000],
  ['30d', 2_592_000_000],
  ['2 w', 1_209_600_000],
])('the time %j is %s ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each<[unknown, number | undefined]>([
  [1024, undefined],
  ['1GB', undefined],
  ['1gib', undefined],
  ['64KiB', 65_536],
  ['500MiB', 524_288_000],
  ['1GiB', 1_073_741_824],
  ['1 TiB', 1_099_511_627_776],
])('the size %j is %s bytes', (text, bytes) => {
  expect(parseByteSize(text)).toBe(bytes);
});
