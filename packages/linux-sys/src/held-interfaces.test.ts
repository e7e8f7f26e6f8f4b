import { expect, it } from 'vitest';
import { heldInterfaces, parseInterfaceName } from './held-interfaces.js';

it.each<[string, string, string | undefined]>([
  ['a tap', 'pos:\t104\nflags:\t02104002\nmnt_id:\t26\niff:\tvnet0\n', 'vnet0'],
  ['a name with a comma and a blank', 'iff:\ttap, b\n', 'tap, b'],
  ['a tun file that is attached to none', 'pos:\t0\niff:\t\n', undefined],
  ['another file', 'pos:\t0\nflags:\t0100002\n', undefined],
])('reads the name of %s', (_, text, name) => {
  expect(parseInterfaceName(text)).toBe(name);
});

it('finds none in a process that has none', async () => {
  expect(await heldInterfaces(process.pid)).toEqual([]);
});

it('rejects for a process that has ended', async () => {
  await expect(heldInterfaces(2 ** 30)).rejects.toMatchObject({ code: 'ENOENT' });
});
