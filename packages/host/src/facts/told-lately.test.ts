import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { ToldLately } from './told-lately.js';

const MINUTE = 60_000;
const testTold = () => {
  const clock = new FakeClock();
  return { clock, told: new ToldLately(clock) };
};

describe('ToldLately', () => {
  it('has no end of ever new things told', async () => {
    const { clock, told } = testTold();
    const isNews = Array.from({ length: 300 }, (_, number) => told.isNews(`fault ${number}`));
    expect(isNews).toEqual(Array.from({ length: 300 }, (_, number) => number < 256));
    await clock.advance(10 * MINUTE);
    expect(told.isNews('fault 299')).toBe(true);
  });

  it('makes room for as much as grew old', async () => {
    const { clock, told } = testTold();
    told.isNews('old');
    await clock.advance(5 * MINUTE);
    for (let number = 1; number < 256; number++) told.isNews(`fault ${number}`);
    await clock.advance(5 * MINUTE - 1);
    expect(told.isNews('new')).toBe(false);
    await clock.advance(1);
    expect(['new', 'newer', 'fault 1'].map((what) => told.isNews(what))).toEqual([true, false, false]);
  });

  it.each([0, -MINUTE, 60 * MINUTE])(
    'tells the same thing once in ten minutes, also where the wall clock is set by %d ms',
    async (stepMs) => {
      const { clock, told } = testTold();
      expect([told.isNews('one'), told.isNews('one'), told.isNews('two')]).toEqual([true, false, true]);
      await clock.advance(5 * MINUTE);
      clock.step(stepMs);
      expect(told.isNews('one')).toBe(false); // which makes it no younger
      await clock.advance(5 * MINUTE - 1);
      expect(told.isNews('one')).toBe(false);
      await clock.advance(1);
      expect([told.isNews('one'), told.isNews('one')]).toEqual([true, false]);
    },
  );
});
