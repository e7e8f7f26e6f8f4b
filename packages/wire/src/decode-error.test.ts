import { describe, expect, it } from 'vitest';
import { DecodeError, isDecodeError } from './decode-error.js';

describe('DecodeError', () => {
  it('says in its text what was needed, where, and what was there', () => {
    expect(DecodeError.truncated('rarp', 14, 28, 3).message).toBe(
      'rarp cut short: 28 bytes needed at offset 14, 3 there',
    );
    expect(DecodeError.invalid('rarp', 'operation', 20, '3', 4).message).toBe(
      'rarp: operation at offset 20 must be 3, got 4',
    );
  });

  it('never claims less than nothing to be there', () => {
    expect(DecodeError.truncated('rarp', 14, 28, -2)).toMatchObject({ have: 0 });
  });
});

describe('isDecodeError', () => {
  it.each([
    ['undefined', undefined],
    ['a string', 'DecodeError'],
    ['another error', new Error('HERALD_WIRE_INVALID')],
    [
      'an error of another package with our name',
      Object.assign(new Error('x'), { name: 'DecodeError', code: 'E' }),
    ],
    ['a plain object', { name: 'DecodeError', code: 'HERALD_WIRE_INVALID' }],
  ])('is false for %s', (_, value) => {
    expect(isDecodeError(value)).toBe(false);
  });

  it('knows ours, and those of another copy of this package', () => {
    expect(isDecodeError(DecodeError.truncated('arp', 0, 1, 0))).toBe(true);
    const foreign = Object.assign(new Error('x'), { name: 'DecodeError', code: 'HERALD_WIRE_TRUNCATED' });
    expect(isDecodeError(foreign)).toBe(true);
  });
});
