import type { GuestKey } from '@nic-herald/core';
import { parseGuestKey } from '@nic-herald/core/internal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  entryName,
  guestPrefix,
  hostOfEntry,
  isEntryName,
  isLeftover,
  probeName,
  temporaryName,
} from './entry-name.js';

const guest = (name: string): GuestKey => parseGuestKey(`name:${name}`) ?? (`name:${name}` as GuestKey);
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 256 }),
  fc.string({ maxLength: 256 }),
  fc
    .array(fc.integer({ min: 0xd800, max: 0xdfff }), { maxLength: 5 })
    .map((units) => String.fromCharCode(...units)),
);

it.each([
  ['../../etc/passwd', 'a', 'name%3A%2E%2E%2F%2E%2E%2Fetc%2Fpasswd@a.json'],
  ['web-1', 'host.example', 'name%3Aweb-1@host%2Eexample.json'],
  ['a\0b', 'a', 'name%3Aa%00b@a.json'],
  ['a@b', 'c@d', 'name%3Aa%40b@c%40d.json'],
  ['grün', 'a', 'name%3Agr%C3%BCn@a.json'],
])('guest %j on host %j is in %s', (name, host, file) => {
  expect(entryName(guest(name), host)).toBe(file);
});

describe('any guest and any host', () => {
  it('make a plain file name that a file system takes, told from every other', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, anyText, (nameA, hostA, nameB, hostB) => {
        const file = entryName(guest(nameA), hostA);
        expect(file).toMatch(/^[A-Za-z0-9_%~-]+@[A-Za-z0-9_%~-]+\.json$/);
        expect(file.length).toBeLessThanOrEqual(255);
        expect(isEntryName(file)).toBe(true);
        expect(file.startsWith(guestPrefix(guest(nameA)))).toBe(true);
        const same = nameA === nameB && hostA === hostB;
        expect(entryName(guest(nameB), hostB) === file).toBe(same);
      }),
    );
  });

  it('stay apart where only the end of a long name differs', () => {
    const long = 'x'.repeat(255);
    expect(entryName(guest(`${long}1`), 'a')).not.toBe(entryName(guest(`${long}2`), 'a'));
    expect(entryName(guest('a'), `${long}1`)).not.toBe(entryName(guest('a'), `${long}2`));
  });

  it('give the host back, where its name is short', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30, minLength: 1 }), (host) => {
        expect(hostOfEntry(entryName(guest('a'), host))).toBe(host);
      }),
    );
  });
});

it('tells leftovers of this host from the files in use and from others', () => {
  expect(isLeftover(temporaryName('a', '12-ab', 1), 'a', '13-cd')).toBe(true);
  expect(isLeftover(temporaryName('a', '12-ab', 1), 'a', '12-ab')).toBe(false);
  expect(isLeftover(temporaryName('b', '12-ab', 1), 'a', '13-cd')).toBe(false);
  expect(isLeftover(entryName(guest('a'), 'a'), 'a', '13-cd')).toBe(false);
  expect(isEntryName(temporaryName('a', '12-ab', 1))).toBe(false);
});

it("tells what another writer's look at the clock left, whichever host's it was", () => {
  for (const host of ['a', 'clock', 'clock.12-ab']) {
    expect(isLeftover(probeName('12-ab', 1), host, '13-cd')).toBe(true);
    expect(isLeftover(probeName('12-ab', 1), host, '12-ab')).toBe(false);
    expect(temporaryName(host, '12-ab', 1)).not.toBe(probeName('12-ab', 1));
  }
  expect(isEntryName(probeName('12-ab', 1))).toBe(false);
});
