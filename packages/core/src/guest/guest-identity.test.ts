import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guestIdentity, guestKeyOf, guestLabel, parseGuestKey } from './guest-identity.js';

const UUID = 'b1946ac9-2492-4d23-8aae-00163e5f0a01';
const NIL = '00000000-0000-0000-0000-000000000000';

describe('guestIdentity', () => {
  it.each([
    ['nothing', {}, {}],
    ['a nil UUID', { uuid: NIL }, {}],
    ['an empty UUID and name', { uuid: '', name: '' }, {}],
    ['a UUID in braces', { uuid: `{${UUID}}` }, {}],
    ['a UUID cut short', { uuid: UUID.slice(1) }, {}],
    ['a UUID with a line after it', { uuid: `${UUID}\n` }, {}],
    ['a name too long', { name: 'x'.repeat(257) }, {}],
    ['a nil UUID and a name', { uuid: NIL, name: 'web-1' }, { name: 'web-1' }],
    ['an upper-case UUID', { uuid: UUID.toUpperCase() }, { uuid: UUID }],
    ['both', { uuid: UUID, name: 'web-1' }, { uuid: UUID, name: 'web-1' }],
    ['the longest name', { name: 'x'.repeat(256) }, { name: 'x'.repeat(256) }],
  ])('of %s', (_, reported, identity) => {
    expect(guestIdentity(reported)).toEqual(identity);
  });
});

describe('guestKeyOf and guestLabel', () => {
  it.each([
    [{}, undefined, 'unnamed guest'],
    [{ name: 'web-1' }, 'name:web-1', 'web-1'],
    [{ uuid: UUID }, `uuid:${UUID}`, UUID],
    [{ uuid: UUID, name: 'web-1' }, `uuid:${UUID}`, 'web-1'],
  ])('%j is %s, %s for people', (identity, key, label) => {
    expect(guestKeyOf(identity)).toBe(key);
    expect(guestLabel(identity)).toBe(label);
  });
});

describe('parseGuestKey', () => {
  it.each([
    '',
    'web-1',
    'name:',
    'uuid:',
    `uuid:${NIL}`,
    `uuid:${UUID.toUpperCase()}`,
    ` uuid:${UUID}`,
    `name:${'x'.repeat(257)}`,
    'NAME:web-1',
  ])('refuses %j', (text) => {
    expect(parseGuestKey(text)).toBeUndefined();
  });

  it('reads every key that an identity has', () => {
    fc.assert(
      fc.property(
        fc.record({
          uuid: fc.option(fc.uuid(), { nil: undefined }),
          name: fc.string({ unit: 'binary', maxLength: 20 }),
        }),
        (reported) => {
          const key = guestKeyOf(guestIdentity(reported));
          if (key !== undefined) expect(parseGuestKey(key)).toBe(key);
        },
      ),
    );
  });

  it('gives its own text or nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `name:${text}`),
        ),
        (text) => {
          expect([text, undefined]).toContain(parseGuestKey(text));
        },
      ),
    );
  });
});
