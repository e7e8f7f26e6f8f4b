import { type GuestKey, type Snapshot, Turns } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { FakeHandoff } from '../../test/fake-handoff.js';
import { snapshotOf } from '../../test/test-host.js';
import { SnapshotPublisher } from './snapshot-publisher.js';
import { StoreAccess } from './store-access.js';

/** Longer than any test but those of it. */
const REFRESH_MS = 10_000_000;

const testPublisher = (isServed = true, restMs = 0) => {
  const clock = new FakeClock(0);
  const handoff = new FakeHandoff();
  const told: string[] = [];
  let epoch: number | undefined | Error = 1;
  let lastWords: Snapshot | undefined;
  const store = new StoreAccess(handoff, clock);
  const publisher: SnapshotPublisher = new SnapshotPublisher({
    clock,
    turns: new Turns(clock, { places: 2, holdMs: 1000 }),
    restMs,
    publish: async (snapshot) => {
      await store.publish(snapshot);
      return isServed;
    },
    onConnected: (connected) => handoff.onConnected(connected),
    current: (): Snapshot | undefined => {
      if (epoch instanceof Error) throw epoch;
      if (epoch === undefined) return undefined;
      return { format: 1, guest: 'name:web-1' as GuestKey, host: 'A', epoch, nics: [] };
    },
    lastWords: () => lastWords,
    refreshMs: () => REFRESH_MS,
    refresh: () => publisher.request(0),
    published: (snapshot) => told.push(`${clock.now()} published ${snapshot.epoch}`),
    failed: (problem) => told.push(`${clock.now()} ${problem.code}`),
  });
  return {
    clock,
    handoff,
    told,
    publisher,
    say: (words: Snapshot) => {
      lastWords = words;
    },
    set: (to: typeof epoch) => {
      epoch = to;
    },
  };
};

describe('SnapshotPublisher', () => {
  it('tells of a state that cannot be told as failed, and tries again', async () => {
    const { clock, told, publisher, set } = testPublisher();
    set(new Error('broken'));
    publisher.request(0);
    await clock.advance(1500);
    expect(told).toEqual([0, 500, 1500].map((at) => `${at} HERALD_HANDOFF_FAILED`));
    set(3);
    await clock.advance(2000);
    expect(told.slice(3)).toEqual(['3500 published 3']);
  });

  it('publishes changes together, the newest state', async () => {
    const { clock, told, publisher, set } = testPublisher();
    publisher.request();
    await clock.advance(40);
    set(2);
    publisher.request();
    await clock.advance(1000);
    expect(told).toEqual(['50 published 2']);
  });

  it('publishes one at a time, and soon again what changed meanwhile', async () => {
    const { clock, handoff, told, publisher, set } = testPublisher();
    let underWay = 0;
    const slow = async () => {
      underWay += 1;
      expect(underWay).toBe(1);
      await new Promise<void>((resolve) => clock.setTimer(100, resolve));
      underWay -= 1;
    };
    handoff.trouble = slow as () => Promise<never>;
    publisher.request(0);
    await clock.advance(10);
    set(2);
    publisher.request();
    publisher.request();
    await clock.advance(1000);
    expect(told).toEqual(['100 published 1', '250 published 2']);
  });

  it('lets a store rest that wants it, but for what is asked for by a time', async () => {
    const { clock, told, publisher, set } = testPublisher(true, 60_000);
    publisher.request();
    await clock.advance(1000);
    set(2);
    publisher.request();
    await clock.advance(30_000);
    set(3);
    publisher.request();
    await clock.advance(30_000);
    expect(told).toEqual(['50 published 1', '60050 published 3']);
    set(4);
    publisher.request();
    publisher.request(0);
    await clock.advance(0);
    set(5);
    publisher.request();
    await publisher.flush();
    expect(told.slice(2)).toEqual(['61000 published 4', '61000 published 5']);
  });

  it('lets it not rest from what was asked for by a time while another was under way', async () => {
    const { clock, handoff, told, publisher, set } = testPublisher(true, 60_000);
    handoff.trouble = (() =>
      new Promise<void>((resolve) => clock.setTimer(100, resolve))) as () => Promise<never>;
    publisher.request(0);
    await clock.advance(10);
    set(2);
    publisher.request(0);
    await clock.advance(1000);
    expect(told).toEqual(['100 published 1', '250 published 2']);
  });

  it('tries again with growing pauses, and quickly again once it went well', async () => {
    const { clock, handoff, told, publisher, set } = testPublisher();
    handoff.trouble = handoff.outOfReach;
    publisher.request(0);
    await clock.advance(500 + 1000 + 2000);
    expect(told.map((line) => line.split(' ')[0])).toEqual(['0', '500', '1500', '3500']);
    await clock.advance(600_000);
    const times = told.map((line) => Number(line.split(' ')[0]));
    expect((times.at(-1) ?? 0) - (times.at(-2) ?? 0)).toBe(30_000);
    handoff.trouble = undefined;
    set(7);
    await clock.advance(30_000);
    expect(told.at(-1)).toMatch(/published 7$/);
    handoff.trouble = handoff.outOfReach;
    publisher.request(0);
    await clock.advance(0);
    const failedAt = clock.now();
    handoff.trouble = undefined;
    await clock.advance(500);
    expect(told.at(-1)).toBe(`${failedAt + 500} published 7`);
  });

  it('gives up on a hand-off that hangs', async () => {
    const { clock, handoff, told, publisher } = testPublisher();
    handoff.trouble = () => new Promise(() => {});
    publisher.request(0);
    await clock.advance(5000);
    expect(told).toEqual(['5000 HERALD_TIMEOUT']);
  });

  it('tries again at once what a store did not take that tells it is back, and nothing else', async () => {
    const { clock, handoff, told, publisher } = testPublisher();
    publisher.request(0);
    await clock.advance(0);
    handoff.memory.connect();
    await clock.advance(100);
    handoff.memory.disconnect();
    publisher.request(0);
    await clock.advance(60_000);
    const { length } = told;
    handoff.memory.connect();
    await clock.advance(0);
    expect([told[0], told[1]]).toEqual(['0 published 1', '100 HERALD_HANDOFF_DISCONNECTED']);
    expect(told.slice(length)).toEqual(['60100 published 1']);
    await publisher.close();
    handoff.memory.connect();
    expect(clock.pending).toBe(0);
  });

  it('says last words where there is nothing else to say, once', async () => {
    const { clock, handoff, told, publisher, say, set } = testPublisher();
    set(undefined);
    say(snapshotOf({ host: 'A', epoch: 5 }));
    handoff.memory.disconnect();
    publisher.request(0);
    await clock.advance(100);
    handoff.memory.connect();
    await clock.advance(100);
    for (let times = 0; times < 2; times += 1) await publisher.flush();
    publisher.request(0);
    await clock.advance(1000);
    expect(told).toEqual(['0 HERALD_HANDOFF_DISCONNECTED', '100 published 5']);
  });

  it('is done with a store that does not serve the guest', async () => {
    const { clock, told, publisher } = testPublisher(false);
    publisher.request(0);
    await clock.advance(2 * REFRESH_MS);
    expect([told, clock.pending]).toEqual([[], 0]);
  });

  it('flushes what was asked for, and nothing else', async () => {
    const { clock, told, publisher, set } = testPublisher();
    await publisher.flush();
    expect(told).toEqual([]);
    publisher.request();
    await Promise.all([publisher.flush(), publisher.flush()]);
    expect(told).toEqual(['0 published 1']);
    expect(clock.pending).toBe(1); // when it is to be published anew
    set(undefined);
    publisher.request();
    await publisher.flush();
    expect(told).toHaveLength(1);
  });

  it('publishes nothing once closed, and waits for what is under way', async () => {
    const { clock, handoff, told, publisher } = testPublisher();
    handoff.trouble = handoff.outOfReach;
    publisher.request(0);
    await clock.advance(0);
    handoff.trouble = undefined;
    await publisher.close();
    publisher.request();
    await clock.advance(60_000);
    expect(told).toEqual(['0 HERALD_TEST_HANDOFF']);
    expect(clock.pending).toBe(0);
  });

  describe('without any change', () => {
    it('publishes anew after a while, again and again, what is so by then', async () => {
      const { clock, told, publisher, set } = testPublisher();
      publisher.request(0);
      await clock.advance(REFRESH_MS - 1);
      expect(told).toEqual(['0 published 1']);
      await clock.advance(1);
      set(2);
      await clock.advance(2 * REFRESH_MS);
      expect(told.slice(1)).toEqual([
        `${REFRESH_MS} published 1`,
        `${2 * REFRESH_MS} published 2`,
        `${3 * REFRESH_MS} published 2`,
      ]);
      expect(clock.pending).toBe(1);
    });

    it('counts from when it published last, by the time that passed', async () => {
      const { clock, told, publisher, set } = testPublisher();
      publisher.request(0);
      await clock.advance(1000);
      set(2);
      publisher.request(0);
      await clock.advance(REFRESH_MS - 1);
      clock.step(REFRESH_MS);
      await clock.advance(0);
      expect(told).toHaveLength(2);
      await clock.advance(1);
      expect(told).toHaveLength(3);
    });

    it('publishes anew also where the time before it failed', async () => {
      const { clock, handoff, told, publisher } = testPublisher();
      publisher.request(0);
      await clock.advance(0);
      handoff.trouble = handoff.outOfReach;
      await clock.advance(REFRESH_MS);
      handoff.trouble = undefined;
      await clock.advance(500 + REFRESH_MS);
      expect(told.slice(1)).toEqual([
        `${REFRESH_MS} HERALD_TEST_HANDOFF`,
        `${REFRESH_MS + 500} published 1`,
        `${2 * REFRESH_MS + 500} published 1`,
      ]);
    });

    it('publishes nothing before the first time it was asked', async () => {
      const { clock, told } = testPublisher();
      await clock.advance(2 * REFRESH_MS);
      expect([told, clock.pending]).toEqual([[], 0]);
    });

    it.each([
      ['before', 10],
      ['while it publishes', 0],
    ])('publishes nothing anew once closed %s', async (_, afterMs) => {
      const { clock, handoff, told, publisher } = testPublisher();
      const slow = () => new Promise<void>((resolve) => clock.setTimer(5, resolve));
      handoff.trouble = slow as () => Promise<never>;
      publisher.request(0);
      await clock.advance(afterMs);
      const closed = publisher.close();
      await clock.advance(5);
      await closed;
      await clock.advance(2 * REFRESH_MS);
      expect(told).toEqual(['5 published 1']);
      expect(clock.pending).toBe(0);
    });
  });
});
