import { describe, expect, it } from 'vitest';
import { asHeraldError, HeraldError, isHeraldError } from './herald-error.js';

describe('isHeraldError', () => {
  const foreign = Object.assign(new Error('of another copy'), { code: 'HERALD_X' });
  it.each([
    [undefined, false],
    ['HERALD_X', false],
    [{ code: 'HERALD_X' }, false],
    [new Error('plain'), false],
    [Object.assign(new Error('system'), { code: 'ENOENT' }), false],
    [Object.assign(new Error('number'), { code: 4 }), false],
    [foreign, true],
    [new HeraldError('HERALD_X', 'ours'), true],
  ])('%o: %s', (error, is) => {
    expect(isHeraldError(error)).toBe(is);
  });
});

describe('asHeraldError', () => {
  it('passes one of ours on', () => {
    const error = new HeraldError('HERALD_X', 'ours');
    expect(asHeraldError(error, 'HERALD_Y', 'other')).toBe(error);
  });

  it.each([[new Error('below')], ['a text'], [undefined]])('makes %o the cause', (thrown) => {
    const error = asHeraldError(thrown, 'HERALD_Y', 'above', { nic: 'nic0' });
    expect(error).toMatchObject({
      name: 'HeraldError',
      code: 'HERALD_Y',
      message: 'above',
      details: { nic: 'nic0' },
    });
    expect(error.cause).toBe(thrown);
  });
});

describe('HeraldError', () => {
  it('has details, and a cause only where there is one', () => {
    const error = new HeraldError('HERALD_X', 'message');
    expect(error.details).toEqual({});
    expect('cause' in error).toBe(false);
  });
});
