import { describe, expect, it } from 'vitest';
import { SharedAsking } from './shared-asking.js';

const held = () => {
  const open: (() => void)[] = [];
  let begun = 0;
  const asking = new SharedAsking(async () => {
    begun += 1;
    const number = begun;
    await new Promise<void>((resolve) => open.push(resolve));
    if (number === 1) return number;
    throw new Error(`failed ${number}`);
  });
  return { asking, open, begun: () => begun };
};

describe('SharedAsking', () => {
  it('has one under way and one that waits, whatever is asked', async () => {
    const { asking, open, begun } = held();
    const first = asking.now();
    const others = Array.from({ length: 1000 }, () => asking.now());
    expect(begun()).toBe(1);
    open[0]?.();
    expect(await first).toBe(1);
    await Promise.resolve();
    expect(begun()).toBe(2);
    open[1]?.();
    const outcomes = await Promise.allSettled(others);
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(begun()).toBe(2);
  });

  it('goes on after a failure', async () => {
    const { asking, open, begun } = held();
    for (const number of [0, 1, 2]) {
      const asked = asking.now().catch(() => 'failed');
      open[number]?.();
      await asked;
    }
    expect(begun()).toBe(3);
  });
});
