import { statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { macvtapDevice, parseDevice } from './macvtap-device.js';

it.each<[string, number | undefined]>([
  ['', undefined],
  ['242', undefined],
  ['242:3:1', undefined],
  ['-1:3', undefined],
  ['242:3\n', 0xf2_03],
  ['242:300', 0x10_f2_2c],
])('reads %j', (text, device) => {
  expect(parseDevice(text)).toBe(device);
});

it('counts as stat does', () => {
  expect(parseDevice('1:3')).toBe(statSync('/dev/null').rdev);
});

it('finds none where there is no such macvtap', () => {
  expect(macvtapDevice(2 ** 30)).toBeUndefined();
});
