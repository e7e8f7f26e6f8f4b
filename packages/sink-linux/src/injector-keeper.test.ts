import type { SinkState } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { InjectorKeeper } from './injector-keeper.js';

/** A keeper on a clock of the test's; `broken` is what is wrong, and `mends` whether a repair helps. */
const kept = () => {
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  const world = {
    broken: undefined as string | undefined,
    mends: true,
    repairs: [] as number[],
    throws: false,
  };
  const told: SinkState[] = [];
  const injector = {
    fault: () => {
      if (world.throws) throw new Error('netlink does not answer');
      return world.broken;
    },
    repair: () => {
      world.repairs.push(now);
      if (!world.mends) throw new Error('its name is taken');
      world.broken = undefined;
    },
  };
  const clock = {
    elapsed: () => now,
    setTimer: (delayMs: number, run: () => void) => {
      const timer = { at: now + delayMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
  };
  const keeper = new InjectorKeeper(injector, clock, (state) => told.push(state));
  const advance = (ms: number): void => {
    for (const until = now + ms; ; ) {
      const [next] = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) {
        now = until;
        return;
      }
      timers = timers.filter((each) => each !== next);
      now = next.at;
      next.run();
    }
  };
  return { keeper, world, told, advance, pending: () => timers.length };
};

describe('InjectorKeeper', () => {
  it('says nothing while all is well, and looks five times a second', () => {
    const { told, world, advance } = kept();
    advance(1000);
    expect(told).toEqual([]);
    world.broken = 'herald0 was removed';
    advance(200);
    expect(world.repairs).toEqual([1200]);
  });

  it('repairs at once, and tells once that it broke and once that it is back', () => {
    const { told, world, advance, keeper } = kept();
    world.broken = 'herald0 was removed';
    expect(keeper.look()).toBeUndefined();
    advance(5000);
    expect(told.map(({ ready }) => ready)).toEqual([false, true]);
    expect(told[0]).toMatchObject({
      code: 'HERALD_SINK_LOST',
      message: expect.stringContaining('herald0 was removed') as string,
    });
  });

  it('tries again ever later what it cannot repair, and says why at a look', () => {
    const { told, world, advance, keeper } = kept();
    Object.assign(world, { broken: 'herald0 was removed', mends: false });
    advance(100_000);
    const pauses = world.repairs.slice(1).map((at, index) => at - (world.repairs[index] ?? 0));
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(keeper.look()).toContain('its name is taken');
    expect(told.map(({ ready }) => ready)).toEqual([false]);
    world.broken = undefined; // somebody else did it
    advance(200);
    expect(told.map(({ ready }) => ready)).toEqual([false, true]);
  });

  it('pauses longer each time where somebody breaks it again and again, and not where it was quiet', () => {
    const { world, advance, keeper } = kept();
    for (let time = 0; time < 100; time += 1) {
      world.broken = 'herald0 was set down';
      advance(100);
    }
    expect(world.repairs.length).toBe(4); // at 0, 1, 3 and 7 s
    world.broken = undefined;
    advance(60_000);
    world.broken = 'herald0 was set down';
    expect(keeper.look()).toBeUndefined();
  });

  it('takes an injector that cannot be looked at for broken', () => {
    const { world, keeper, told } = kept();
    Object.assign(world, { throws: true, mends: false });
    expect(keeper.look()).toContain('netlink does not answer');
    expect(told).toHaveLength(1);
  });

  it('looks at the end of the turn where frames were lost, and goes on as before', () => {
    const { world, keeper, advance, pending } = kept();
    world.broken = 'its program was removed';
    keeper.suspect();
    advance(0);
    expect(world.repairs).toEqual([0]);
    expect(pending()).toBe(1);
  });

  it('does nothing once closed', () => {
    const { world, keeper, advance, pending } = kept();
    keeper.close();
    keeper.suspect();
    world.broken = 'herald0 was removed';
    advance(1000);
    expect(keeper.look()).toBe('the sink is closed');
    expect([world.repairs.length, pending()]).toEqual([0, 0]);
  });
});
