import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { CardWatch } from './card-watch.js';

const testWatch = (lookMs = 0) => {
  const clock = new FakeClock(0);
  const looks: string[] = [];
  const watch = new CardWatch(clock, async (nics) => {
    looks.push(`${clock.now()} ${nics === undefined ? 'all' : [...nics].join(' ')}`);
    if (lookMs > 0) await new Promise<void>((resolve) => clock.setTimer(lookMs, resolve));
  });
  return { clock, looks, watch };
};

describe('CardWatch', () => {
  it('looks at once, and takes together what changes meanwhile', async () => {
    const { clock, looks, watch } = testWatch(10);
    watch.changed('a');
    expect(looks).toEqual(['0 a']);
    for (let at = 0; at < 100; at += 5) {
      watch.changed('b');
      watch.changed(at % 2 === 0 ? 'a' : 'b');
      await clock.advance(5);
    }
    await clock.advance(1000);
    expect(looks).toEqual(['0 a', '60 b a', '120 b a']);
    watch.changed('b');
    expect(looks).toHaveLength(4);
  });

  it('looks at all where NICs came or went', async () => {
    const { clock, looks, watch } = testWatch();
    watch.changed();
    watch.changed('a');
    watch.changed();
    await clock.advance(1000);
    expect(looks).toEqual(['0 all', '50 all']);
  });

  it('polls each group at its own time, whatever else is looked at', async () => {
    const { clock, looks, watch } = testWatch();
    const polls = new Map([
      [100, new Set(['a'])],
      [250, new Set(['b'])],
    ]);
    for (let at = 0; at < 300; at += 10) {
      watch.poll(polls);
      await clock.advance(10);
    }
    expect(looks).toEqual(['100 a', '200 a', '250 b', '300 a']);
  });

  it('does nothing once closed', async () => {
    const { clock, looks, watch } = testWatch(10);
    watch.poll(new Map([[100, new Set(['a'])]]));
    watch.changed('a');
    watch.changed('b');
    watch.close();
    await clock.advance(1000);
    watch.poll(new Map([[100, new Set(['a'])]]));
    expect(looks).toEqual(['0 a']);
    expect(clock.pending).toBe(0);
  });
});
