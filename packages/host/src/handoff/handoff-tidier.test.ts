import type { GuestKey, ProcessIncarnation, Snapshot } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { FakeGuest } from '../../test/fake-guest.js';
import { FakeHandoff } from '../../test/fake-handoff.js';
import { mac } from '../../test/sample-nic.js';
import { KEY, snapshotOf } from '../../test/test-host.js';
import { HandoffStores } from './handoff-stores.js';
import { type DepartedGuest, HandoffTidier } from './handoff-tidier.js';

const PROCESS: ProcessIncarnation = { bootId: 'this boot', pid: 4711, startTicks: 100 };
/** Of the same number, after that one ended. */
const ANOTHER: ProcessIncarnation = { ...PROCESS, startTicks: 200 };
type Departed = Omit<DepartedGuest, 'stores'>;
const GUEST: Departed = { key: KEY, primaryMacs: [mac(0)], process: PROCESS };
const { process: _, ...UNTOLD } = GUEST;

/** A primary MAC that is not the guest's: a copy of it has the same key. */
const copyOf = (number: number): Pick<Snapshot, 'nics'> => ({
  nics: [{ id: 'nic0', primaryMac: mac(number), model: 'fake-card', learned: [] }],
});

/** On host A; each guest has all of these stores. */
const tidierWith = (clock: FakeClock, handoffs: readonly FakeHandoff[]) => {
  const tidier = new HandoffTidier({ clock, host: 'A', agent: 'ours' });
  const stores = new HandoffStores(handoffs, clock);
  const with_ = (guest: Departed): DepartedGuest => ({
    ...guest,
    stores: stores.forGuest(new FakeGuest(guest.key, { name: guest.key.slice('name:'.length) })),
  });
  return {
    departed: (guest: Departed) => tidier.departed(with_(guest)),
    gone: (guest: Departed) => tidier.gone(with_(guest)),
    present: (key: GuestKey) => tidier.present(key),
    close: () => tidier.close(),
  };
};

const testTidier = async (entries: Record<string, number | Partial<Snapshot>>) => {
  const clock = new FakeClock();
  const handoff = new FakeHandoff();
  const publish = (host: string, entry: number | Partial<Snapshot>) =>
    handoff.memory.publish(snapshotOf({ host, ...(typeof entry === 'number' ? { epoch: entry } : entry) }));
  for (const [host, entry] of Object.entries(entries)) await publish(host, entry);
  return { clock, handoff, tidier: tidierWith(clock, [handoff]), publish };
};

describe('HandoffTidier, on host A', () => {
  it.each<[string, Record<string, number | Partial<Snapshot>>, string[]]>([
    ['nobody else spoke', { A: 1 }, []],
    ['another is behind', { A: 1, B: 0 }, []],
    ['another has the same epoch', { A: 1, B: 1 }, []],
    ['another machine of its key is ahead', { A: 1, B: { epoch: 2, ...copyOf(7) } }, []],
    ['another machine of its key spoke alone', { B: { epoch: 2, ...copyOf(7) } }, []],
    [
      'another is behind, another machine of its key ahead',
      { A: 3, B: 2, C: { epoch: 9, ...copyOf(7) } },
      [],
    ],
    ['another is ahead', { A: 1, B: 2 }, ['name:web-1 A']],
    ['another is ahead that names no NICs', { A: 1, B: { epoch: 2, nics: [] } }, []],
    ['another of its name was booted', { A: 1, B: { epoch: 2, origin: 'boot' } }, []],
    ['there is none of ours', { B: 1 }, ['name:web-1 A']],
  ])('removes the entry of a guest that left where %s: %j', async (_, entries, removed) => {
    const { clock, handoff, tidier } = await testTidier(entries);
    tidier.departed(GUEST);
    await clock.settle();
    expect(handoff.removed).toEqual(removed);
  });

  it.each<[string, Departed, Partial<Snapshot>, boolean]>([
    ['names another process', GUEST, { process: ANOTHER, writer: { agent: 'ours' } }, false],
    ['was written by another agent, and names no process', GUEST, { writer: { agent: 'theirs' } }, false],
    [
      'was written by another agent, of a guest whose process is not known',
      UNTOLD,
      { process: PROCESS, writer: { agent: 'theirs' } },
      false,
    ],
    ['names its process', GUEST, { process: PROCESS, writer: { agent: 'ours' } }, true],
    [
      'names its process, though the agent before wrote it',
      GUEST,
      { process: PROCESS, writer: { agent: 'before' } },
      true,
    ],
    ['was written by this agent, and names no process', GUEST, { writer: { agent: 'ours' } }, true],
    [
      'was written by this agent, of a guest whose process is not known',
      UNTOLD,
      { process: ANOTHER, writer: { agent: 'ours' } },
      true,
    ],
    ['was written by an older version', GUEST, {}, true],
  ])('tells by its own entry whether to remove it: it %s', async (_, guest, own, isRemoved) => {
    const removed = isRemoved ? ['name:web-1 A'] : [];
    const left = await testTidier({ A: { epoch: 1, ...own }, B: 2 });
    left.tidier.departed(guest);
    await left.clock.settle();
    expect(left.handoff.removed).toEqual(removed);
    expect([left.handoff.watchers, left.clock.pending]).toEqual([0, 0]);

    const ended = await testTidier({ A: { epoch: 1, ...own } });
    ended.tidier.gone(guest);
    await ended.clock.advance(60_000);
    expect(ended.handoff.removed).toEqual(removed);
    expect([ended.handoff.watchers, ended.clock.pending]).toEqual([0, 0]);
  });

  it('waits for the destination to speak, whatever another machine of its key says', async () => {
    const { clock, handoff, tidier, publish } = await testTidier({ A: 1 });
    tidier.departed(GUEST);
    await clock.advance(598_000);
    await publish('C', { epoch: 2, ...copyOf(7) });
    await clock.advance(1000);
    expect(handoff.removed).toEqual([]);
    await publish('B', 2);
    await clock.settle();
    expect(handoff.removed).toEqual(['name:web-1 A']);
    expect([handoff.watchers, clock.pending]).toEqual([0, 0]);
  });

  it('lets the entry stay where the destination does not speak, or the guest comes back', async () => {
    const { clock, handoff, tidier, publish } = await testTidier({ A: 1 });
    tidier.departed(GUEST);
    await clock.advance(600_000);
    await publish('B', 2);
    await clock.settle();
    tidier.departed(GUEST);
    tidier.present(KEY);
    await clock.settle();
    expect(handoff.removed).toEqual([]);
    expect([handoff.watchers, clock.pending]).toEqual([0, 0]);
  });

  it('removes the entry of a guest that ended, after a while', async () => {
    const { clock, handoff, tidier } = await testTidier({ A: 1 });
    tidier.gone(GUEST);
    tidier.gone(GUEST);
    await clock.advance(59_999);
    expect(handoff.removed).toEqual([]);
    await clock.advance(1);
    expect(handoff.removed).toEqual(['name:web-1 A']);
  });

  it('tries again for a while to remove the entry of a guest that ended', async () => {
    for (const [back, removed] of [
      [5, 1],
      [11, 0],
    ] as const) {
      const { clock, handoff, tidier } = await testTidier({ A: 1 });
      handoff.trouble = handoff.outOfReach;
      tidier.gone(GUEST);
      await clock.advance(back * 60_000);
      handoff.trouble = undefined;
      await clock.advance(600_000);
      expect([handoff.removed.length, clock.pending]).toEqual([removed, 0]);
    }
  });

  it('looks again where there is news while it looks', async () => {
    const { clock, handoff, tidier, publish } = await testTidier({ A: 1 });
    handoff.fetch = async (key) => {
      const entries = await handoff.memory.fetch(key);
      await new Promise<void>((resolve) => clock.setTimer(100, resolve));
      return entries;
    };
    tidier.departed(GUEST);
    await clock.advance(50);
    await publish('B', 2);
    await clock.advance(51);
    expect(handoff.removed).toEqual([]);
    await clock.advance(100);
    expect(handoff.removed).toEqual(['name:web-1 A']);
    expect([handoff.watchers, clock.pending]).toEqual([0, 0]);
  });

  it('does not remove for a guest that ended the entry of one that came back since, and left', async () => {
    const { clock, handoff, tidier } = await testTidier({ A: 1 });
    handoff.fetch = async (key) => {
      await new Promise<void>((resolve) => clock.setTimer(100, resolve));
      return handoff.memory.fetch(key);
    };
    tidier.gone(GUEST);
    await clock.advance(60_050);
    tidier.present(KEY);
    tidier.departed(GUEST);
    await clock.advance(1000);
    expect(handoff.removed).toEqual([]);
  });

  it.each(['present', 'close'] as const)('removes nothing after %s', async (what) => {
    const { clock, handoff, tidier } = await testTidier({ A: 1, B: 2 });
    tidier.gone(GUEST);
    if (what === 'present') tidier.present(KEY);
    else tidier.close();
    await clock.advance(600_000);
    expect([handoff.removed, handoff.watchers, clock.pending]).toEqual([[], 0, 0]);
  });

  it('gets over a hand-off that is out of reach', async () => {
    const { clock, handoff, tidier, publish } = await testTidier({ A: 1, B: 2 });
    handoff.trouble = handoff.outOfReach;
    tidier.departed(GUEST);
    tidier.gone({ ...GUEST, key: 'name:web-2' as GuestKey });
    await clock.advance(60_000);
    handoff.trouble = undefined;
    await publish('B', 2);
    await clock.settle();
    expect(handoff.removed).toEqual(['name:web-1 A']);
  });

  it('removes its entries from every store, but for what another agent wrote, and gets over one that fails', async () => {
    const clock = new FakeClock();
    const names = ['mine', 'theirs', 'broken', 'without'];
    const [mine, theirs, broken, without] = names.map((name) => new FakeHandoff({ name })) as [
      FakeHandoff,
      FakeHandoff,
      FakeHandoff,
      FakeHandoff,
    ];
    for (const [each, agent] of [
      [mine, 'ours'],
      [theirs, 'theirs'],
      [broken, 'ours'],
    ] as const) {
      await each.memory.publish(snapshotOf({ host: 'A', epoch: 1, writer: { agent } }));
    }
    await mine.memory.publish(snapshotOf({ host: 'B', epoch: 2 }));
    broken.trouble = broken.outOfReach;
    const { process: __, ...guest } = GUEST;
    tidierWith(clock, [broken, theirs, mine, without]).departed(guest);
    await clock.settle();
    const removed = () => [mine, theirs, broken, without].map((each) => new Set(each.removed).size);
    expect(removed()).toEqual([1, 0, 0, 1]);
    broken.trouble = undefined;
    broken.memory.connect();
    await clock.advance(500);
    expect(removed()).toEqual([1, 0, 1, 1]);
    expect([broken.watchers, clock.pending]).toEqual([0, 0]);
  });

  it('does nothing without a hand-off', async () => {
    const clock = new FakeClock();
    const tidier = tidierWith(clock, []);
    tidier.departed(GUEST);
    tidier.gone(GUEST);
    expect(clock.pending).toBe(0);
  });
});
