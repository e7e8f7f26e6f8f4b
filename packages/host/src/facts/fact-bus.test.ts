import { type Guest, HeraldError } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { FrameSchedule } from '../announce/frame-schedule.js';
import { FactBus } from './fact-bus.js';

/** A bus whose warnings are kept as they are told, `0 a`: when and which. */
const testBus = () => {
  const clock = new FakeClock(0);
  const schedule = new FrameSchedule(clock);
  const bus = new FactBus(clock, schedule);
  const told: string[] = [];
  const emit = (...words: string[]): void => {
    for (const word of words) bus.emit('warning', { warning: new HeraldError('HERALD_TEST', word) });
  };
  bus.on('warning', ({ warning }) => {
    told.push(`${clock.elapsed()} ${warning.message}`);
  });
  return { clock, schedule, bus, told, emit };
};

const guest = { instance: 'one' } as Guest;
const frames = {};

describe('FactBus', () => {
  it('tells the others where one listener throws, and goes on', async () => {
    const { clock, bus, told, emit } = testBus();
    bus.on('warning', () => {
      throw new Error('a listener must not do this');
    });
    const failed: string[] = [];
    bus.on('listener:failed', ({ event, error }) => failed.push(`${event} ${String(error)}`));
    bus.on('warning', () => told.push('the other'));
    emit('a', 'b');
    await clock.advance(0);
    expect(told).toEqual(['0 a', 'the other', '0 b', 'the other']);
    expect(failed).toEqual(Array(2).fill('warning Error: a listener must not do this'));
  });

  it('tells no more whoever stopped listening meanwhile', async () => {
    const { clock, bus, emit } = testBus();
    let calls = 0;
    const stop = bus.on('warning', () => {
      calls += 1;
    });
    emit('a');
    stop();
    await clock.advance(0);
    expect(calls).toBe(0);
  });

  it('tells none within the call, then all in the order they came, whatever they are', async () => {
    const { clock, bus, told, emit } = testBus();
    bus.on('guest:gone', () => told.push('0 gone'));
    emit('a');
    bus.emit('guest:gone', { guest });
    emit('b');
    expect(told).toEqual([]);
    await clock.advance(0);
    expect(told).toEqual(['0 a', '0 gone', '0 b']);
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['wait until they are out', 0, 40],
    ['are due at once', 1, 40],
    ['are due soon', 249, 290],
  ])('tells none while frames %s', async (_, dueMs, outMs) => {
    const { clock, schedule, told, emit } = testBus();
    schedule.expect(frames, dueMs);
    emit('a');
    await clock.advance(outMs);
    expect(told).toEqual([]);
    schedule.done(frames);
    emit('b'); // which finds that it is quiet
    await clock.advance(0);
    expect(told).toEqual([`${outMs} a`, `${outMs} b`]);
  });

  it('finds by itself that it is quiet again', async () => {
    const { clock, schedule, told, emit } = testBus();
    schedule.expect(frames, 100);
    emit('a');
    await clock.advance(100);
    schedule.expect(frames, 0);
    await clock.advance(20);
    schedule.done(frames);
    await clock.advance(1);
    expect(told).toEqual(['121 a']);
  });

  it.each([250, Number.POSITIVE_INFINITY])(
    'tells at once where the next frames are due in %d ms',
    async (dueMs) => {
      const { clock, schedule, told, emit } = testBus();
      schedule.expect(frames, dueMs);
      emit('a');
      await clock.advance(0);
      expect(told).toEqual(['0 a']);
    },
  );

  it('tells each after two seconds all the same, by the time that passed', async () => {
    const { clock, schedule, told, emit } = testBus();
    schedule.expect(frames, 0);
    emit('a', 'b');
    await clock.advance(1000);
    clock.step(3_600_000);
    emit('c');
    await clock.advance(999);
    expect(told).toEqual([]);
    clock.step(-7_200_000);
    await clock.advance(1);
    expect(told).toEqual(['2000 a', '2000 b']);
    await clock.advance(1000);
    expect(told.slice(2)).toEqual(['3000 c']);
    expect(clock.pending).toBe(0);
  });

  it('lets no fact pass another that waits longer', async () => {
    const { clock, schedule, told, emit } = testBus();
    schedule.expect(frames, 0);
    emit('a');
    await clock.advance(1);
    schedule.done(frames);
    emit('b');
    await clock.advance(1);
    expect(told.map((line) => line.split(' ')[1])).toEqual(['a', 'b']);
  });

  it('stops where a listener has frames sent, and goes on when they are out', async () => {
    const { clock, schedule, bus, told, emit } = testBus();
    const stop = bus.on('warning', () => {
      schedule.expect(frames, 0);
      stop();
    });
    emit('a', 'b');
    await clock.advance(10);
    expect(told).toEqual(['0 a']);
    schedule.done(frames);
    await clock.advance(1);
    expect(told).toEqual(['0 a', '11 b']);
  });

  it('tells what a listener emits in a later turn, after what waited before', async () => {
    const { clock, bus, told, emit } = testBus();
    bus.on('warning', ({ warning: { message } }) => {
      if (message !== 'a') return;
      clock.setTimer(0, () => told.push('turn'));
      emit('c');
    });
    emit('a', 'b');
    await clock.advance(0);
    expect(told).toEqual(['0 a', '0 b', 'turn', '0 c']);
  });

  it('waits with one timer, however much listeners emit', async () => {
    const { clock, schedule, bus, told, emit } = testBus();
    bus.on('warning', ({ warning: { message } }) => {
      if (message.length < 10) emit(`${message}a`, `${message}b`);
    });
    schedule.expect(frames, 0);
    emit('a');
    for (let passedMs = 0; passedMs < 4000; passedMs += 500) {
      await clock.advance(500);
      expect(clock.pending).toBe(1);
    }
    schedule.done(frames);
    await clock.advance(1);
    expect([told.length, clock.pending]).toEqual([2 ** 10 - 1, 0]);
  });

  it('tells the oldest at once where one more than 10 000 would wait', async () => {
    const { clock, schedule, told, emit } = testBus();
    schedule.expect(frames, 0);
    const words = Array.from({ length: 10_001 }, (_, number) => `${number}`);
    emit(...words.slice(0, 10_000));
    expect(told).toEqual([]);
    emit('10000');
    expect(told).toEqual(['0 0']);
    emit('more');
    expect(told).toEqual(['0 0', '0 1']);
    await clock.advance(1999);
    expect(told).toHaveLength(2);
    await clock.advance(1);
    expect(told).toHaveLength(10_002);
    expect(told.at(-1)).toBe('2000 more');
  });

  it('tells many in short turns', async () => {
    const { clock, bus, told, emit } = testBus();
    let passedMs = 0;
    const elapsed = clock.elapsed.bind(clock);
    clock.elapsed = () => elapsed() + passedMs;
    const turns: number[] = [];
    bus.on('warning', () => {
      passedMs += 0.5; // a listener takes its time
    });
    emit(...Array.from({ length: 20 }, (_, number) => `${number}`));
    const setTimer = clock.setTimer.bind(clock);
    clock.setTimer = (delayMs, run) => {
      turns.push(told.length);
      return setTimer(delayMs, run);
    };
    await clock.advance(0);
    expect(told).toHaveLength(20);
    expect(turns).toEqual([4, 8, 12, 16]);
  });

  it('tells of one guest the newest hundred of each kind that waits, all of others, and how many it left out', async () => {
    const { clock, schedule, bus, told } = testBus();
    const one = { instance: 'one', identity: { name: 'web' } } as Guest;
    const other = { instance: 'two', identity: { name: 'db' } } as Guest;
    const heard: string[] = [];
    bus.on('guest:stopped', (fact) => heard.push(`${fact.guest.instance} stopped`));
    bus.on('guest:resumed', (fact) => heard.push(`${fact.guest.instance} resumed ${fact.readAt}`));
    schedule.expect(frames, 0);
    for (let pair = 1; pair <= 5000; pair += 1) {
      bus.emit('guest:stopped', { guest: one });
      bus.emit('guest:resumed', { guest: one, resumedAt: pair, readAt: pair });
    }
    bus.emit('guest:stopped', { guest: other });
    expect(heard).toEqual([]);
    await clock.advance(2000);
    expect(heard).toHaveLength(201);
    expect(heard.slice(0, 2)).toEqual(['one stopped', 'one resumed 4901']);
    expect(heard.slice(-3)).toEqual(['one stopped', 'one resumed 5000', 'two stopped']);
    schedule.done(frames);
    await clock.advance(8001);
    expect(told).toEqual([expect.stringContaining('web: 9800 facts that came by the hundred')]);
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['frames are due', 0],
    ['none are', Number.POSITIVE_INFINITY],
  ])('tells all when it is closed where %s, also what listeners emit then', async (_, dueMs) => {
    const { clock, schedule, bus, told, emit } = testBus();
    schedule.expect(frames, dueMs);
    bus.on('warning', ({ warning: { message } }) => {
      if (message === 'a') emit('c');
    });
    emit('a', 'b');
    await bus.close();
    expect(told).toEqual(['0 a', '0 b', '0 c']);
    expect(clock.pending).toBe(0);
    await bus.close();
    expect(told).toHaveLength(3);
  });

  it.each([
    ['nothing', []],
    ['something', ['a']],
  ])('tells what comes after it was closed, too, where %s waited then', async (_, waiting) => {
    const { clock, bus, told, emit } = testBus();
    emit(...waiting);
    await bus.close();
    emit('late');
    await clock.advance(0);
    expect(told.at(-1)).toBe('0 late');
  });
});
