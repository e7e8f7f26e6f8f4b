import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { FakeGuest, never } from '../../test/fake-guest.js';
import { FakeLearner } from '../../test/fake-learner.js';
import { TestHost } from '../../test/test-host.js';

const running = (guest: FakeGuest) => ({ guest, phase: 'running' }) as const;

/** Composes a host where a monitor finds these guests, and says after how many ms of its clock it was there. */
const composed = async (learner: FakeLearner, ...guests: FakeGuest[]): Promise<number> => {
  const clock = new FakeClock();
  const since = clock.elapsed();
  const there = new AbortController();
  const composing = TestHost.compose({ clock, learner, found: guests.map(running) }).then(() =>
    there.abort(),
  );
  for (let step = 0; step < 100 && !there.signal.aborted; step++) await clock.advance(step === 0 ? 0 : 100);
  await composing;
  return clock.elapsed() - since;
};

describe('a host whose monitor finds guests that run', () => {
  it('is there once they are learned at, though reading their cards takes long', async () => {
    const learner = new FakeLearner();
    const guest = new FakeGuest();
    guest.cards.set('nic0', never);
    expect(await composed(learner, guest)).toBeLessThan(100);
    expect(learner.log).toEqual(['open tap0']);
  });

  it('does not wait for the first reading', async () => {
    const learner = new FakeLearner();
    learner.reading = never;
    expect(await composed(learner, new FakeGuest())).toBeLessThan(100);
  });

  it('waits for each of them', async () => {
    const learner = new FakeLearner();
    const slow = new FakeGuest('two', { name: 'web-2' });
    let answer = (): void => {};
    slow.answer = () =>
      new Promise((resolve) => {
        answer = () => resolve([]);
      });
    const composing = TestHost.compose({ learner, found: [new FakeGuest(), slow].map(running) });
    let isThere = false;
    void composing.then(() => {
      isThere = true;
    });
    await expect.poll(() => learner.log).toEqual(['open tap0']);
    await new Promise(setImmediate);
    expect(isThere).toBe(false);
    answer();
    await composing;
  });

  it.each<[string, (guest: FakeGuest, learner: FakeLearner) => void]>([
    ['does not tell its NICs', (guest) => (guest.answer = never)],
    ['has a port that hangs', (_guest, learner) => (learner.opening = never)],
  ])('is there in 2 s where one %s', async (_what, hang) => {
    const learner = new FakeLearner();
    const guest = new FakeGuest();
    hang(guest, learner);
    expect(await composed(learner, guest)).toBeLessThanOrEqual(2100);
  });

  it('asks few of many guests at a time, and goes on though those hang', async () => {
    const clock = new FakeClock();
    let asked = 0;
    const guests = Array.from({ length: 20 }, (_, number) => {
      const guest = new FakeGuest(`${number}`, { name: `web-${number}` });
      guest.answer = () => {
        asked += 1;
        return new Promise(() => {});
      };
      return guest;
    });
    void TestHost.compose({ clock, found: guests.map(running) });
    await clock.advance(0);
    expect(asked).toBe(8);
    await clock.advance(100);
    expect(asked).toBe(16);
    await clock.advance(100);
    expect(asked).toBe(20);
  });

  it('does not ask a guest for its NICs at each reading of its port', async () => {
    const test = await TestHost.compose({ learner: new FakeLearner() });
    const guest = new FakeGuest();
    const { descriptors } = guest;
    let asked = 0;
    guest.answer = async () => {
      asked += 1;
      return descriptors;
    };
    await test.appear(guest, 'running');
    await test.clock.advance(1000);
    const first = asked;
    await test.clock.advance(25_000);
    expect(asked).toBe(first);
    await test.tell('changed', guest);
    expect(asked).toBe(first + 1);
    await test.clock.advance(45_000);
    expect(asked).toBe(first + 2);
  });

  it.each<[string, (guest: FakeGuest, learner: FakeLearner) => void]>([
    ['refuses to tell its NICs', (guest) => (guest.answer = () => Promise.reject(new Error('no')))],
    ['has no NICs', (guest) => (guest.descriptors = [])],
    ['has a port that is not there', (_guest, learner) => learner.ports.clear()],
  ])('does not wait where one %s', async (_what, prepare) => {
    const learner = new FakeLearner();
    const guest = new FakeGuest();
    prepare(guest, learner);
    expect(await composed(learner, guest)).toBeLessThan(100);
  });
});
