import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { WindowLimit } from './window-limit.js';

const limited = () => {
  const clock = new FakeClock();
  const told: string[] = [];
  const limit = new WindowLimit<string>(clock, { most: 2, windowMs: 1000 }, ({ first, count }) => {
    told.push(`${first}: ${count}`);
  });
  return { clock, told, limit };
};

describe('WindowLimit', () => {
  it('tells nothing where nothing was left out, and waits for nothing', async () => {
    const { clock, told, limit } = limited();
    expect([limit.admits('a', 'a1'), limit.admits('a', 'a2'), limit.admits('b', 'b1')]).toEqual([
      true,
      true,
      true,
    ]);
    await clock.advance(1000);
    expect(told).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('counts each kind apart, and lets each through again in the next window', async () => {
    const { clock, told, limit } = limited();
    const passed = ['a1', 'b1', 'a2', 'a3', 'a4'].filter((what) => limit.admits(what.charAt(0), what));
    expect(passed).toEqual(['a1', 'b1', 'a2']);
    await clock.advance(1000);
    expect(told).toEqual(['a3: 2']);
    expect(limit.admits('a', 'a5')).toBe(true);
  });

  it('counts kinds without end together from the ten thousandth on', () => {
    const { told, limit } = limited();
    let passed = 0;
    for (let kind = 0; kind < 30_000; kind += 1) if (limit.admits(`${kind}`, `${kind}`)) passed += 1;
    expect(passed).toBe(10_002);
    limit.end();
    expect(told).toEqual(['10002: 19998']);
  });
});
