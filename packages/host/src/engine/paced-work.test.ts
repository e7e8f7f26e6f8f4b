import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { Pace } from './pace.js';
import { PacedWork } from './paced-work.js';

/** Work that takes `tookMs`, and when it was begun. */
const paced = (tookMs = 0) => {
  const clock = new FakeClock();
  const begun: number[] = [];
  const work = new PacedWork(clock, new Pace(clock), () => {
    begun.push(clock.elapsed());
    return tookMs === 0 ? Promise.resolve() : new Promise((resolve) => void clock.setTimer(tookMs, resolve));
  });
  return { clock, begun, work };
};

describe('PacedWork', () => {
  it('begins nothing after it was closed, and waits only for what is under way', async () => {
    const { clock, begun, work } = paced(30);
    work.request();
    work.request();
    let isClosed = false;
    void work.close().then(() => {
      isClosed = true;
    });
    work.request();
    await clock.advance(29);
    expect(isClosed).toBe(false);
    await clock.advance(1000);
    expect([isClosed, begun, work.isDue, clock.pending]).toEqual([true, [0], false, 0]);
  });

  it('does it once where it is asked for often in one turn, and once more for what came after it began', async () => {
    const { clock, begun, work } = paced();
    for (let times = 0; times < 10_000; times += 1) work.request();
    await clock.advance(0);
    expect(begun).toEqual([0, 0]);
    expect(work.isDue).toBe(false);
  });

  it('does it at once four times, and then every 250 ms, the last time always', async () => {
    const { clock, begun, work } = paced();
    for (let ms = 0; ms < 1000; ms += 5) {
      work.request();
      await clock.advance(5);
    }
    await clock.advance(10_000);
    expect(begun).toEqual([0, 5, 10, 15, 250, 500, 750, 1000]);
    expect(clock.pending).toBe(0);
    for (let times = 0; times < 4; times += 1) {
      work.request();
      await clock.advance(1);
    }
    expect(begun.slice(8)).toEqual([11_000, 11_001, 11_002, 11_003]);
  });

  it('never does it twice at a time', async () => {
    const { clock, begun, work } = paced(100);
    for (let ms = 0; ms < 300; ms += 10) {
      work.request();
      await clock.advance(10);
    }
    await clock.advance(1000);
    expect(begun).toEqual([0, 100, 200, 300]);
  });
});
