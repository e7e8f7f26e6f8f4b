import type { GuestKey } from '@nic-herald/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aliveKey, entriesFilter, entryKey, guestPart, hostPart, noteKey, placeOf } from './bucket-keys.js';

const guest = (name: string): GuestKey => `name:${name}` as GuestKey;
/** Any text, with halves of characters too. */
const anyText = (most: number) =>
  fc
    .array(fc.integer({ min: 0, max: 0xff_ff }), { minLength: 1, maxLength: most })
    .map((units) => String.fromCharCode(...units));
/** What JetStream's key-value takes for a key. */
const KEY = /^[-/=.\w]+$/;

describe('a host as a part of keys', () => {
  it.each([
    ['hv-12', 'hv-12'],
    ['hv-12.example.net', 'hv-12=2Eexample=2Enet'],
    ['a b', 'a=20b'],
    ['*', '=2A'],
    ['>', '=3E'],
    ['=', '=3D'],
    ['ü', '=FC'],
    ['€', '==20AC'],
    ['\ud83d', '==D83D'],
  ])('%j is %s', (host, part) => {
    expect(hostPart(host)).toBe(part);
  });

  it('is read back from it, and is one part that no other host has', () => {
    fc.assert(
      fc.property(anyText(128), anyText(128), (a, b) => {
        const key = entryKey(guest('g'), a);
        expect(key).toMatch(KEY);
        expect(key.split('.')).toHaveLength(3);
        expect(placeOf(key)).toEqual({ host: a, kind: 'entry', guest: guestPart(guest('g')) });
        if (a !== b) expect(hostPart(a)).not.toBe(hostPart(b));
      }),
    );
  });
});

it('a guest is one part of at most 200 characters that no other guest has', () => {
  fc.assert(
    fc.property(anyText(256), anyText(256), (a, b) => {
      const part = guestPart(guest(a));
      expect(part).toMatch(KEY);
      expect(part).not.toContain('.');
      expect(part.length).toBeLessThanOrEqual(200);
      if (a !== b) expect(part).not.toBe(guestPart(guest(b)));
    }),
  );
});

it('the filter of a guest fits its entries, as NATS compares', () => {
  const [host, ...rest] = entriesFilter(guest('a.*')).split('.');
  expect(host).toBe('*');
  expect(entryKey(guest('a.*'), 'x.y').split('.').slice(1)).toEqual(rest);
});

it('the key of a note names its host, guest, kind and time', () => {
  const key = noteKey(guest('web'), { host: 'a.b', kind: 'seen-1', writtenAt: 1.5 });
  expect(key).toBe('a=2Eb.note.name=3Aweb.seen-1.1=2E5');
  expect(placeOf(key)).toEqual({ host: 'a.b', kind: 'note', guest: 'name=3Aweb' });
});

it.each([
  ['a key of no kind', 'a.other.b'],
  ['the key by which a host hears itself', aliveKey('a')],
  ['an entry of no guest', 'a.entry.'],
  ['an entry with more', 'a.entry.b.c'],
  ['a note without a time', 'a.note.b.seen'],
  ['no host', '.entry.b'],
  ['a host that is written otherwise', '=61.entry.b'],
  ['a host that is cut', 'a=2.entry.b'],
  ['small letters', '=2e.entry.b'],
  ['a path', 'a/b.entry.c'],
  ['nothing', ''],
])('%s is no place', (_, key) => {
  expect(placeOf(key)).toBeUndefined();
});
