import { describe, expect, it } from 'vitest';
import { allOrNothing } from './all-or-nothing.js';

const parts = () => {
  const closed: string[] = [];
  return { closed, part: (name: string) => ({ name, close: () => closed.push(name) }) };
};

describe('allOrNothing', () => {
  it('closes what was made before the part that cannot be', () => {
    const { closed, part } = parts();
    const make = () =>
      allOrNothing((own) => {
        own(part('first'));
        own(part('second'));
        throw new Error('no third');
      });
    expect(make).toThrow('no third');
    expect(closed).toEqual(['first', 'second']);
  });

  it('gives what is made, and closes nothing', () => {
    const { closed, part } = parts();
    expect(allOrNothing((own) => own(part('only')).name)).toBe('only');
    expect(closed).toEqual([]);
  });
});
