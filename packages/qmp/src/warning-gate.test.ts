import { describe, expect, it } from 'vitest';
import { TestClock } from '../test/test-clock.js';
import { WarningGate } from './warning-gate.js';

describe('WarningGate', () => {
  const setUp = () => {
    const clock = new TestClock();
    return { clock, gate: new WarningGate(clock) };
  };

  it('tells each kind once, however they alternate', () => {
    const { gate } = setUp();
    const told = ['a', 'b', 'a', 'b', 'a'].map((kind) => gate.opens(kind));
    expect(told).toEqual([true, true, false, false, false]);
  });

  it('tells it again after all was well, with that work alone', () => {
    const { gate } = setUp();
    for (const about of ['one', 'other']) gate.opens('a', about);
    gate.well('one');
    expect([gate.opens('a', 'one'), gate.opens('a', 'other')]).toEqual([true, false]);
  });

  it('tells it again every ten minutes, whatever the time of day does', () => {
    const { clock, gate } = setUp();
    gate.opens('a');
    clock.step(86_400_000);
    clock.advance(599_999);
    expect(gate.opens('a')).toBe(false);
    clock.advance(1);
    expect([gate.opens('a'), gate.opens('a')]).toEqual([true, false]);
  });
});
