import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { CallMeter, metered } from './call-meter.js';

class Store {
  #name = 'store';
  constructor(private readonly clock: FakeClock) {}

  async read(ms: number): Promise<string> {
    await this.clock.advance(ms);
    return this.#name;
  }

  async refuse(): Promise<never> {
    await this.clock.advance(5);
    throw new Error('no');
  }

  fail(): Promise<never> {
    throw new Error('at once');
  }

  get name(): string {
    return this.#name;
  }
}

/** A metered store, and its one meter. */
const testStore = () => {
  const clock = new FakeClock();
  const meter = new CallMeter();
  return { meter, store: metered(new Store(clock), { read: meter, refuse: meter, fail: meter }, clock) };
};

describe('what is metered', () => {
  it('fails as before, and is counted', async () => {
    const { meter, store } = testStore();
    await expect(store.refuse()).rejects.toThrow('no');
    expect(() => store.fail()).toThrow('at once');
    await expect.poll(() => meter.stats).toMatchObject({ calls: 2, failures: 2, totalMs: 5 });
  });

  it('answers as before, with its private members', async () => {
    const { meter, store } = testStore();
    expect([await store.read(3), await store.read(4), store.name]).toEqual(['store', 'store', 'store']);
    await expect.poll(() => meter.stats).toMatchObject({ calls: 2, failures: 0, totalMs: 7 });
  });

  it('stands at each bound that it does not exceed, and at none where it exceeds all', () => {
    const meter = new CallMeter();
    for (const ms of [-1, 0.25, 0.3, 5, 4999, 5001]) meter.note(ms, false);
    expect(meter.stats.calls).toBe(6);
    const at = new Map(meter.stats.within.map(({ ms, calls }) => [ms, calls]));
    expect([0.25, 0.5, 1, 5, 2500, 5000].map((ms) => at.get(ms))).toEqual([2, 3, 3, 4, 4, 5]);
  });
});
