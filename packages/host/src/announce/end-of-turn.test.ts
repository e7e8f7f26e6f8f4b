import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { endOfTurn } from './end-of-turn.js';

const waiting = (signal: AbortSignal) => {
  const clock = new FakeClock();
  const state = { clock, isOver: false };
  void endOfTurn(clock, signal).then(() => {
    state.isOver = true;
  });
  return state;
};

describe('endOfTurn', () => {
  it('comes after all that was called for before', async () => {
    const clock = new FakeClock();
    const order: string[] = [];
    clock.setTimer(0, () => order.push('before'));
    void endOfTurn(clock, new AbortController().signal).then(() => order.push('the end'));
    await clock.settle();
    expect(order).toEqual([]);
    await clock.advance(0);
    expect(order).toEqual(['before', 'the end']);
  });

  it.each([
    ['before', true],
    ['meanwhile', false],
  ])('is not waited for where the signal aborts %s, and leaves no timer', async (_, before) => {
    const stop = new AbortController();
    if (before) stop.abort();
    const state = waiting(stop.signal);
    stop.abort();
    await state.clock.settle();
    expect([state.isOver, state.clock.pending]).toEqual([true, 0]);
  });
});
