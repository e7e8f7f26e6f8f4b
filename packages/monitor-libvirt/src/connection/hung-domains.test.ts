import { describe, expect, it } from 'vitest';
import { TestClock } from '../../../qmp/test/test-clock.js';
import { HungDomains, MOST_HUNG } from './hung-domains.js';

const bed = () => {
  const clock = new TestClock();
  return { clock, hung: new HungDomains(clock) };
};

describe('HungDomains', () => {
  it('leaves one alone for longer each time, up to ten minutes, and from the beginning after an answer', () => {
    const { hung } = bed();
    const pauses = Array.from({ length: 7 }, () => hung.add('a'));
    expect(pauses).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000]);
    hung.delete('a');
    expect(hung.add('a')).toBe(30_000);
  });

  it('knows until when, and no other', () => {
    const { clock, hung } = bed();
    hung.add('a');
    clock.advance(29_999);
    expect([hung.has('a'), hung.has('b')]).toEqual([true, false]);
    clock.advance(1);
    expect(hung.has('a')).toBe(false);
  });

  it('are too many while so many are left alone', () => {
    const { clock, hung } = bed();
    for (let index = 1; index < MOST_HUNG; index += 1) hung.add(`${index}`);
    expect(hung.areTooMany).toBe(false);
    hung.add('a');
    expect(hung.areTooMany).toBe(true);
    hung.delete('a');
    expect(hung.areTooMany).toBe(false);
    hung.add('a');
    clock.advance(30_000);
    expect(hung.areTooMany).toBe(false);
  });
});
