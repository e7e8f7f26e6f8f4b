import type { FrameSink, SinkState } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { SinkWatch } from './sink-watch.js';

const LOST: SinkState = { ready: false, code: 'HERALD_SINK_LOST', message: 'it was removed' };
const BACK: SinkState = { ready: true, message: 'it was made again' };

const watched = (over: Partial<FrameSink> = {}) => {
  const clock = new FakeClock(0);
  const told: string[] = [];
  let say: (state: SinkState) => void = () => {};
  let stopped = 0;
  const sink = {
    name: 'tap',
    watch: (listener: (state: SinkState) => void) => {
      say = listener;
      return () => {
        stopped += 1;
      };
    },
    ...over,
  } as FrameSink;
  const watch = new SinkWatch([sink], clock, ({ code, message }) => told.push(`${code} ${message}`));
  let again = 0;
  const stop = watch.onReady(() => {
    again += 1;
  });
  const say_ = (state: unknown): void => say(state as SinkState);
  return { clock, told, watch, stop, say: say_, again: () => again, stopped: () => stopped };
};

describe('SinkWatch', () => {
  it.each<[string, Partial<FrameSink>]>([
    [
      'throws',
      {
        watch: () => {
          throw new Error('no');
        },
      },
    ],
    ['gives no way to stop', { watch: () => undefined as unknown as () => void }],
  ])('goes on where a sink %s', (_, over) => {
    const { watch } = watched(over);
    expect(() => watch.close()).not.toThrow();
  });

  it.each<[unknown]>([[undefined], [null], ['lost'], [{ ready: 'no' }], [{}]])('does not hear %j', (said) => {
    const { say, told } = watched();
    say(said);
    expect(told).toEqual([]);
  });

  it('makes the best of a state that says little', () => {
    const { say, told } = watched();
    say({ ready: false, code: 'nonsense', message: 7 });
    expect(told).toEqual(['HERALD_SINK_LOST tap: it does not say why']);
  });

  it('tells once that it broke and once that it is back, and calls who waits for that', () => {
    const { say, told, again } = watched();
    for (const state of [BACK, LOST, LOST]) say(state);
    expect(again()).toBe(0);
    for (const state of [BACK, BACK]) say(state);
    expect(told).toEqual([
      'HERALD_SINK_LOST tap: it was removed',
      'HERALD_SINK_RESTORED tap: it was made again',
    ]);
    expect(again()).toBe(1);
  });

  it('tells of one that changes all the time no more than so often, and then how it is', async () => {
    const { clock, say, told, again } = watched();
    for (let change = 0; change < 1001; change += 1) say(change % 2 === 0 ? LOST : BACK);
    expect(told).toHaveLength(20);
    expect(again()).toBe(10);
    await clock.advance(60_000);
    expect(told).toHaveLength(21);
    expect(told.at(-1)).toContain('HERALD_SINK_LOST');
    expect(clock.pending).toBe(0);
  });

  it('tells nothing after it was closed, nor who stopped', () => {
    const { say, stop, again, watch, stopped, told } = watched();
    say(LOST);
    stop();
    say(BACK);
    expect(again()).toBe(0);
    watch.close();
    expect(stopped()).toBe(1);
    expect(told).toHaveLength(2);
  });
});
