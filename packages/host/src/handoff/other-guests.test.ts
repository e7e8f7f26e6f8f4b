import type { GuestKey } from '@nic-herald/core';
import { MAX_MACS_PER_QUESTION } from '@nic-herald/core/internal';
import { FakeClock } from '@nic-herald/testkit';
import { MacAddress } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { FakeGuest, never } from '../../test/fake-guest.js';
import { FakeHandoff } from '../../test/fake-handoff.js';
import { mac } from '../../test/sample-nic.js';
import { KEY, snapshotOf } from '../../test/test-host.js';
import { HandoffStores } from './handoff-stores.js';
import { type MacsOfOthers, OtherGuests } from './other-guests.js';

const web = new FakeGuest();
/** The primary MACs of `web`. */
const OWN = [mac(1)];
const unnamed = (instance: string): FakeGuest => new FakeGuest(instance, {});
const entryOf = (name: string, number: number) =>
  snapshotOf({
    guest: `name:${name}` as GuestKey,
    nics: [{ id: 'nic0', primaryMac: mac(number), model: 'fake-card', learned: [] }],
  });

const testOthers = async (...further: FakeHandoff[]) => {
  const [clock, handoff] = [new FakeClock(), new FakeHandoff()];
  await handoff.memory.publish(entryOf('victim', 9));
  await handoff.memory.publish(entryOf('web-1', 1));
  const others = new OtherGuests(new HandoffStores([handoff, ...further], clock), clock);
  return {
    clock,
    handoff,
    others,
    owned: () => listed(others.ownedByOthers(web, OWN)),
    asked: () => handoff.questions.map((macs) => macs.join(' ')),
  };
};
/** Those of all MACs of these tests that are in there. */
const listed = (macs: MacsOfOthers): readonly MacAddress[] =>
  Array.from({ length: 10_000 }, (_, number) => mac(number)).filter((each) => macs.has(each));
const none = (clock = new FakeClock()) => new OtherGuests(new HandoffStores([], clock), clock);

describe('OtherGuests', () => {
  it('knows who owns the MACs that it asked about, its own guest apart', async () => {
    const { asked, others, owned } = await testOthers();
    expect(owned()).toEqual([]);
    await others.ask([mac(8)]);
    expect(owned()).toEqual([]);
    await others.ask([mac(9), mac(1), mac(9)]);
    expect(owned()).toEqual([mac(9)]);
    expect(listed(others.ownedByOthers(unnamed('x'), [mac(7)]))).toEqual([mac(1), mac(9)]);
    expect(asked()).toEqual([mac(8), `${mac(9)} ${mac(1)}`]);
  });

  it.each<[string, number[], number[], number[]]>([
    ['is another machine where it shares no primary MAC', [5, 6], [1], [5, 6]],
    ['is the same machine where it shares one', [5, 1], [1], []],
    ['is the same machine where nothing is known of the own MACs', [5], [], []],
  ])('takes it that what has the same key %s', async (_, theirs, ours, expected) => {
    const [macs, own, clock] = [theirs.map(mac), ours.map(mac), new FakeClock()];
    const handoff = new FakeHandoff();
    const others = new OtherGuests(new HandoffStores([handoff], clock), clock);
    const nics = macs.map((primaryMac, index) => ({
      ...{ id: `nic${index}`, primaryMac, model: 'fake-card', learned: [] },
    }));
    await handoff.memory.publish(snapshotOf({ nics }));
    await others.ask(macs.slice(0, 1));
    expect(listed(others.ownedByOthers(web, own))).toEqual(expected.toSorted((a, b) => a - b).map(mac));

    const here = none();
    here.present(new FakeGuest('another process'), macs);
    expect(listed(here.ownedByOthers(web, own))).toEqual(expected.toSorted((a, b) => a - b).map(mac));
  });

  it('never takes the very guest for another, whatever MACs it had before', () => {
    const others = none();
    others.present(web, [mac(5)]);
    expect(listed(others.ownedByOthers(web, OWN))).toEqual([]);
  });

  it('asks again about what is older than asked for, and nothing else', async () => {
    const { asked, clock, handoff, others, owned } = await testOthers();
    void others.askIfOlder(5000, [mac(9)]);
    void others.askIfOlder(5000, [mac(9)]);
    await clock.settle();
    expect([asked(), owned()]).toEqual([[mac(9)], [mac(9)]]);
    await handoff.memory.publish(entryOf('victim', 8));
    await clock.advance(4999);
    clock.step(3_600_000); // which makes nothing older
    void others.askIfOlder(5000, [mac(9), mac(8)]);
    await clock.settle();
    expect([asked().slice(1), owned()]).toEqual([[mac(8)], [mac(8), mac(9)]]);
    clock.step(-7_200_000);
    await clock.advance(1);
    void others.askIfOlder(5000, [mac(9), mac(8)]);
    await clock.settle();
    expect([asked().slice(2), owned()]).toEqual([[mac(9)], [mac(8)]]);
  });

  it('asks about what nobody asked about yet where there is no time for more', async () => {
    const { asked, clock, others } = await testOthers();
    await others.ask([mac(9)], { about: 'unknown' });
    await clock.advance(3_600_000);
    await others.ask([mac(9), mac(8)], { about: 'unknown' });
    await others.ask([mac(9), mac(8)], { about: 'unknown' });
    expect(asked()).toEqual([mac(9), mac(8)]);
  });

  it('asks again about what was not answered a moment ago', async () => {
    const { asked, clock, handoff, others } = await testOthers();
    const ask = () => others.ask([mac(9)], { about: 'unanswered' });
    await ask();
    await clock.advance(999);
    await ask();
    await clock.advance(1);
    handoff.trouble = handoff.outOfReach;
    await ask().catch(() => {});
    await ask().catch(() => {});
    expect(asked()).toEqual([mac(9), mac(9), mac(9)]);
  });

  it('is waited for no longer than asked for, and hears what comes later', async () => {
    const { clock, handoff, others, owned } = await testOthers();
    handoff.trouble = () => new Promise((answer) => clock.setTimer(1000, () => answer(undefined as never)));
    const asked = others.ask([mac(9)], { limitMs: 500 }).catch((error: Error) => error.message);
    await clock.advance(500);
    expect([await asked, owned()]).toEqual([
      'asking the hand-off took longer than 500 ms and was given up',
      [],
    ]);
    await clock.advance(500);
    expect(owned()).toEqual([mac(9)]);
  });

  it('asks nobody about nothing', async () => {
    const { clock, asked, others } = await testOthers();
    await others.ask([]);
    void others.askIfOlder(0, []);
    await none(clock).ask([mac(1)]);
    await clock.settle();
    expect([asked(), clock.pending]).toEqual([[], 0]);
  });

  it.each<[string, () => Promise<never>]>([
    ['is out of reach', () => Promise.reject(new Error('gone'))],
    ['hangs', never],
  ])('keeps what it knew of a hand-off that %s, and does not ask in a storm', async (_, trouble) => {
    const { asked, clock, handoff, others, owned } = await testOthers();
    await others.ask([mac(9)]);
    handoff.trouble = trouble;
    for (let second = 0; second < 20; second++) {
      await clock.advance(1000);
      void others.askIfOlder(5000, [mac(9)]);
    }
    await clock.advance(5000);
    expect([asked().length, owned()]).toEqual([5, [mac(9)]]);
    const told = others.ask([mac(9)]).catch((error: Error) => error.message);
    await clock.advance(10_000);
    expect(await told).toMatch(/gone|took longer/);
  });

  it('goes on asking for the others where a guest is gone, until it is closed', async () => {
    const { clock, handoff, others } = await testOthers();
    handoff.trouble = never;
    const gone = new AbortController();
    void others.askIfOlder(5000, [mac(9)], gone.signal);
    await clock.settle();
    expect(clock.pending).toBe(2); // how long it waits, and how long the answer may take
    gone.abort();
    await clock.settle();
    expect(clock.pending).toBe(1);
    others.close();
    await clock.settle();
    expect(clock.pending).toBe(0);
  });

  it('asks once for all who ask while it asks, and then for those who ask later', async () => {
    const { asked, others } = await testOthers();
    const range = (first: number) => Array.from({ length: 20 }, (_, index) => mac(first + index));
    await Promise.all(range(10).map((each) => others.ask([each])));
    expect(asked()).toEqual([range(10).join(' ')]);
    const first = others.ask([mac(40)]);
    await Promise.resolve();
    const more = range(50).map((each) => others.ask([each]));
    await Promise.all([first, ...more]);
    expect(asked().slice(1)).toEqual([`${mac(40)}`, range(50).join(' ')]);
  });

  it('asks about so many MACs at a time, and no more', async () => {
    const { handoff, others } = await testOthers();
    const many = Array.from({ length: 2 * MAX_MACS_PER_QUESTION + 1 }, (_, index) =>
      MacAddress.of(
        `52:54:01:${index
          .toString(16)
          .padStart(6, '0')
          .replace(/(..)(..)(..)/, '$1:$2:$3')}`,
      ),
    );
    await others.ask(many);
    expect(handoff.questions.map(({ length }) => length)).toEqual([
      MAX_MACS_PER_QUESTION,
      MAX_MACS_PER_QUESTION,
      1,
    ]);
  });

  describe('with several stores', () => {
    const broken = (trouble: () => Promise<never>): FakeHandoff => {
      const store = new FakeHandoff({ name: 'broken' });
      store.trouble = trouble;
      return store;
    };

    it('knows what any of them knows', async () => {
      const second = new FakeHandoff({ name: 'second' });
      await second.memory.publish(entryOf('another', 8));
      const { others, owned } = await testOthers(second);
      await others.ask([mac(8), mac(9)]);
      expect(owned()).toEqual([mac(8), mac(9)]);
    });

    it('is held up by none that hangs, and hears it later', async () => {
      const slow = broken(never);
      await slow.memory.publish(entryOf('another', 8));
      const { clock, others, owned } = await testOthers(slow);
      slow.trouble = () => new Promise<never>((answer) => clock.setTimer(3000, answer as () => void));
      const asked = others.ask([mac(8), mac(9)]);
      await clock.advance(200);
      await asked;
      expect(owned()).toEqual([mac(9)]);
      await clock.advance(3000);
      expect(owned()).toEqual([mac(8), mac(9)]);
    });

    it('keeps what one said that fails now', async () => {
      const store = broken(never);
      store.trouble = undefined;
      await store.memory.publish(entryOf('another', 8));
      const { clock, handoff, others, owned } = await testOthers(store);
      await others.ask([mac(8), mac(9)]);
      store.trouble = store.outOfReach;
      await handoff.memory.publish(entryOf('victim', 7));
      await clock.advance(5000);
      await others.ask([mac(8), mac(9)]);
      expect(owned()).toEqual([mac(8)]);
    });
  });

  it('knows the guests of its own host', async () => {
    const others = none();
    others.present(new FakeGuest('two', { name: 'web-2' }), [mac(2)]);
    others.present(unnamed('three'), [mac(3), mac(4)]);
    others.present(web, [mac(1)]);
    expect(listed(others.ownedByOthers(unnamed('four'), [mac(7)]))).toEqual([mac(1), mac(2), mac(3), mac(4)]);
    expect(listed(others.ownedByOthers(web, OWN))).toEqual([mac(2), mac(3), mac(4)]);
    expect(listed(others.ownedByOthers(unnamed('three'), [mac(3)]))).toEqual([mac(1), mac(2)]);
    const another = others.ownedByOthers(new FakeGuest('another process'), OWN);
    expect(listed(another)).toEqual([mac(2), mac(3), mac(4)]);
    others.present(unnamed('three'), [mac(4)]);
    others.gone(new FakeGuest('two', { name: 'web-2' }));
    expect(listed(others.ownedByOthers(web, OWN))).toEqual([mac(4)]);
    expect(KEY).toBe('name:web-1');
  });
});
