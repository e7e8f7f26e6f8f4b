import type { GuestKey } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it, vi } from 'vitest';
import { FakeGuest, never } from '../../test/fake-guest.js';
import { FakeHandoff } from '../../test/fake-handoff.js';
import { mac } from '../../test/sample-nic.js';
import { KEY, snapshotOf } from '../../test/test-host.js';
import { OtherGuests } from './other-guests.js';

const web = new FakeGuest();
/** The primary MACs of `web`. */
const OWN = [mac(1)];
const unnamed = (instance: string): FakeGuest => new FakeGuest(instance, {});
const entryOf = (name: string, number: number) =>
  snapshotOf({
    guest: `name:${name}` as GuestKey,
    nics: [{ id: 'nic0', primaryMac: mac(number), model: 'fake-card', learned: [] }],
  });

const testOthers = async () => {
  const [clock, handoff] = [new FakeClock(), new FakeHandoff()];
  await handoff.memory.publish(entryOf('victim', 9));
  await handoff.memory.publish(entryOf('web-1', 1));
  let lists = 0;
  handoff.list = async () => {
    lists += 1;
    await handoff.trouble?.();
    return handoff.memory.list();
  };
  const others = new OtherGuests(handoff, clock);
  return { clock, handoff, others, owned: () => [...others.ownedByOthers(web, OWN)], lists: () => lists };
};

describe('OtherGuests', () => {
  it('knows the primary MACs of every guest in the hand-off but its own', async () => {
    const { others, owned } = await testOthers();
    expect(owned()).toEqual([]);
    await others.refresh();
    expect(owned()).toEqual([mac(9)]);
    expect([...others.ownedByOthers(unnamed('x'), [mac(7)])]).toEqual([mac(9), mac(1)]);
  });

  it.each<[string, number[], number[], number[]]>([
    ['is another machine where it shares no primary MAC', [5, 6], [1], [5, 6]],
    ['is the same machine where it shares one', [5, 1], [1], []],
    ['is the same machine where nothing is known of its MACs', [], [1], []],
    ['is the same machine where nothing is known of the own MACs', [5], [], []],
  ])('takes it that what has the same key %s', async (_, theirs, ours, expected) => {
    const [macs, own] = [theirs.map(mac), ours.map(mac)];
    const handoff = new FakeHandoff();
    const others = new OtherGuests(handoff, new FakeClock());
    const nics = macs.map((primaryMac, index) => ({
      ...{ id: `nic${index}`, primaryMac, model: 'fake-card', learned: [] },
    }));
    await handoff.memory.publish(snapshotOf({ nics }));
    await others.refresh();
    expect([...others.ownedByOthers(web, own)]).toEqual(expected.map(mac));

    const here = new OtherGuests(undefined, new FakeClock());
    here.present(new FakeGuest('another process'), macs);
    expect([...here.ownedByOthers(web, own)]).toEqual(expected.map(mac));
  });

  it('never takes the very guest for another, whatever MACs it had before', () => {
    const others = new OtherGuests(undefined, new FakeClock());
    others.present(web, [mac(5)]);
    expect([...others.ownedByOthers(web, OWN)]).toEqual([]);
  });

  it('reads anew what is older than asked for, and nothing else', async () => {
    const { clock, handoff, lists, others, owned } = await testOthers();
    others.refreshIfOlder(5000);
    others.refreshIfOlder(5000);
    await clock.settle();
    expect([lists(), owned()]).toEqual([1, [mac(9)]]);
    await handoff.memory.publish(entryOf('victim', 8));
    await clock.advance(4999);
    clock.step(3_600_000); // which makes nothing older
    others.refreshIfOlder(5000);
    await clock.settle();
    expect([lists(), owned()]).toEqual([1, [mac(9)]]);
    clock.step(-7_200_000);
    await clock.advance(1);
    others.refreshIfOlder(5000);
    await clock.settle();
    expect([lists(), owned()]).toEqual([2, [mac(8)]]);
  });

  it.each<[string, () => Promise<never>]>([
    ['is out of reach', () => Promise.reject(new Error('gone'))],
    ['hangs', never],
  ])('keeps what it knew of a hand-off that %s, and does not ask in a storm', async (_, trouble) => {
    const { clock, handoff, lists, others, owned } = await testOthers();
    await others.refresh();
    handoff.trouble = trouble;
    for (let second = 0; second < 20; second++) {
      await clock.advance(1000);
      others.refreshIfOlder(5000);
    }
    await clock.advance(5000);
    expect([lists(), owned()]).toEqual([5, [mac(9)]]);
  });

  it('goes on reading for the others where a guest is gone, until it is closed', async () => {
    const { clock, handoff, others } = await testOthers();
    handoff.trouble = never;
    const gone = new AbortController();
    others.refreshIfOlder(5000, gone.signal);
    await clock.settle();
    expect(clock.pending).toBe(2); // how long it waits, and how long the reading may take
    gone.abort();
    await clock.settle();
    expect(clock.pending).toBe(1);
    others.close();
    await clock.settle();
    expect(clock.pending).toBe(0);
  });

  it('reads once for all who ask while it reads, and anew for those who ask then', async () => {
    const { handoff, others } = await testOthers();
    const list = vi.spyOn(handoff, 'list');
    await Promise.all(Array.from({ length: 20 }, () => others.refresh()));
    expect(list).toHaveBeenCalledTimes(1);
    const first = others.refresh();
    await Promise.resolve();
    const more = Array.from({ length: 20 }, () => others.refresh());
    await Promise.all([first, ...more]);
    expect(list).toHaveBeenCalledTimes(3);
  });

  it.each([
    ['a hand-off', new FakeHandoff()],
    ['none', undefined],
  ])('knows the guests of its own host, with %s', async (_, handoff) => {
    const others = new OtherGuests(handoff, new FakeClock());
    others.present(new FakeGuest('two', { name: 'web-2' }), [mac(2)]);
    others.present(unnamed('three'), [mac(3), mac(4)]);
    others.present(web, [mac(1)]);
    expect([...others.ownedByOthers(unnamed('four'), [mac(7)])]).toEqual([mac(2), mac(3), mac(4), mac(1)]);
    others.refreshIfOlder(0);
    expect([...others.ownedByOthers(web, OWN)]).toEqual([mac(2), mac(3), mac(4)]);
    expect([...others.ownedByOthers(unnamed('three'), [mac(3)])]).toEqual([mac(2), mac(1)]);
    const another = others.ownedByOthers(new FakeGuest('another process'), OWN);
    expect([...another]).toEqual([mac(2), mac(3), mac(4)]);
    others.present(unnamed('three'), [mac(4)]);
    others.gone(new FakeGuest('two', { name: 'web-2' }));
    expect([...others.ownedByOthers(web, OWN)]).toEqual([mac(4)]);
    expect(KEY).toBe('name:web-1');
  });
});
