import { type Snapshot, Turns } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { never } from '../../test/fake-guest.js';
import { FakeHandoff } from '../../test/fake-handoff.js';
import { snapshotOf } from '../../test/test-host.js';
import { PublisherSet } from './publisher-set.js';
import { SnapshotPublisher } from './snapshot-publisher.js';

const REFRESH_MS = 100_000;
type Standing = Pick<Snapshot, 'epoch' | 'residence'>;

const testSet = (mayRepeat = false) => {
  const clock = new FakeClock(0);
  const stores = ['first', 'second'].map((name) => new FakeHandoff({ name })) as [FakeHandoff, FakeHandoff];
  let standing: Standing | undefined = { epoch: 1 };
  const set = new PublisherSet(
    {
      clock,
      standing: () => standing,
      snapshot: (now) => snapshotOf({ host: 'A', writtenAt: clock.now(), ...now }),
      refreshMs: () => REFRESH_MS,
      mayRepeat: () => mayRepeat,
    },
    (all) =>
      stores.map(
        (store) =>
          new SnapshotPublisher({
            clock,
            turns: new Turns(clock, { places: 2, holdMs: 1000 }),
            restMs: 0,
            publish: async (snapshot) => {
              await store.publish(snapshot);
              return true;
            },
            onConnected: () => () => {},
            current: () => all.current(),
            lastWords: () => all.lastWords(),
            refreshMs: () => REFRESH_MS,
            refresh: () => all.request(0),
            published: () => {},
            failed: () => {},
          }),
      ),
  );
  const writtenAt = () => stores.map(({ published }) => published.map((each) => each.writtenAt));
  return {
    clock,
    set,
    first: stores[0],
    second: stores[1],
    writtenAt,
    stand: (now: Standing | undefined) => {
      standing = now;
    },
  };
};

describe('the publishers of a guest', () => {
  it('say to a store that is late what was said to the others, and when', async () => {
    const { clock, second, set, writtenAt } = testSet();
    second.trouble = second.outOfReach;
    set.request(0);
    await clock.advance(100);
    second.trouble = undefined;
    await clock.advance(5000);
    expect(writtenAt()).toEqual([[0], [0]]);
  });

  it('make it anew when they are asked to, where the guest stands elsewhere, and where it is old', async () => {
    const { clock, first, second, set, stand, writtenAt } = testSet();
    for (const store of [first, second]) store.trouble = store.outOfReach;
    set.request(0);
    await clock.advance(100);
    stand({ epoch: 2 });
    second.trouble = undefined;
    await clock.advance(5000);
    expect(second.published).toMatchObject([{ epoch: 2, writtenAt: 500 }]);
    set.request(0);
    await clock.advance(1);
    expect(writtenAt()[1]).toEqual([500, 5100]);
    first.trouble = undefined;
    await clock.advance(3 * REFRESH_MS);
    const [early = [], late = []] = writtenAt();
    expect(early).toEqual(late.slice(-early.length));
    expect(early.length).toBeGreaterThan(2);
  });

  it('make it anew where all stores fail for long', async () => {
    const { clock, first, second, set, writtenAt } = testSet();
    for (const store of [first, second]) store.trouble = store.outOfReach;
    set.request(0);
    await clock.advance(10 * REFRESH_MS);
    for (const store of [first, second]) store.trouble = undefined;
    await clock.advance(30_000);
    for (const [at = 0] of writtenAt()) expect(clock.now() - at).toBeLessThanOrEqual(REFRESH_MS + 30_000);
  });

  it('say nothing of what is not theirs, and last words alone where they may', async () => {
    for (const mayRepeat of [false, true]) {
      const { clock, first, second, set, stand } = testSet(mayRepeat);
      second.trouble = second.outOfReach;
      set.request(0);
      await clock.advance(100);
      stand(undefined);
      second.trouble = undefined;
      set.request(0);
      await clock.advance(60_000);
      expect([first.published.length, second.published.length]).toEqual([1, mayRepeat ? 1 : 0]);
    }
  });

  it('are flushed as soon as one store has it, or all tries are over', async () => {
    const { clock, first, second, set } = testSet();
    second.trouble = never;
    set.request();
    await set.flush();
    expect(first.published).toHaveLength(1);
    const failing = testSet();
    for (const store of [failing.first, failing.second]) store.trouble = store.outOfReach;
    failing.set.request();
    await failing.set.flush();
    expect(failing.clock.pending).toBe(2); // when each is tried again
    await failing.set.close();
    expect([failing.clock.pending, clock.pending]).toEqual([0, 1]);
  });
});
