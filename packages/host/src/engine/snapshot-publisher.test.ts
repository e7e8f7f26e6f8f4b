import type { GuestKey, Snapshot } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { FakeHandoff } from '../../test/fake-handoff.js';
import { SnapshotPublisher } from './snapshot-publisher.js';

const testPublisher = () => {
  const clock = new FakeClock(0);
  const handoff = new FakeHandoff();
  const told: string[] = [];
  let epoch: number | undefined = 1;
  const publisher = new SnapshotPublisher(
    handoff,
    clock,
    (): Snapshot | undefined =>
      epoch === undefined
        ? undefined
        : { format: 1, guest: 'name:web-1' as GuestKey, host: 'A', epoch, nics: [] },
    (snapshot) => told.push(`${clock.now()} published ${snapshot.epoch}`),
    (problem) => told.push(`${clock.now()} ${problem.code}`),
  );
  return {
    clock,
    handoff,
    told,
    publisher,
    set: (to: number | undefined) => {
      epoch = to;
    },
  };
};

describe('SnapshotPublisher', () => {
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

  it('flushes what was asked for, and nothing else', async () => {
    const { clock, told, publisher, set } = testPublisher();
    await publisher.flush();
    expect(told).toEqual([]);
    publisher.request();
    await Promise.all([publisher.flush(), publisher.flush()]);
    expect(told).toEqual(['0 published 1']);
    expect(clock.pending).toBe(0);
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
});
