import type { GuestKey } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { FakeHandoff } from '../../test/fake-handoff.js';
import { HandoffTidier } from './handoff-tidier.js';

const KEY = 'name:web-1' as GuestKey;

const testTidier = async (entries: Record<string, number>) => {
  const clock = new FakeClock();
  const handoff = new FakeHandoff();
  const publish = (host: string, epoch: number) =>
    handoff.memory.publish({ format: 1, guest: KEY, host, epoch, nics: [] });
  for (const [host, epoch] of Object.entries(entries)) await publish(host, epoch);
  const tidier = new HandoffTidier({ handoff, clock, host: 'A' });
  return { clock, handoff, tidier, publish };
};

describe('HandoffTidier, on host A', () => {
  it.each([
    ['nobody else spoke', { A: 1 }, []],
    ['another is behind', { A: 1, B: 0 }, []],
    ['another has the same epoch', { A: 1, B: 1 }, []],
    ['another is ahead', { A: 1, B: 2 }, ['name:web-1 A']],
    ['there is none of ours', { B: 1 }, ['name:web-1 A']],
  ])('removes the entry of a guest that left where %s: %j', async (_, entries, removed) => {
    const { clock, handoff, tidier } = await testTidier(entries);
    tidier.departed(KEY);
    await clock.settle();
    expect(handoff.removed).toEqual(removed);
  });

  it('waits for the destination to speak', async () => {
    const { clock, handoff, tidier, publish } = await testTidier({ A: 1 });
    tidier.departed(KEY);
    await clock.advance(599_000);
    await publish('B', 2);
    await clock.settle();
    expect(handoff.removed).toEqual(['name:web-1 A']);
    expect([handoff.watchers, clock.pending]).toEqual([0, 0]);
  });

  it('lets the entry stay where the destination does not speak, or the guest comes back', async () => {
    const { clock, handoff, tidier, publish } = await testTidier({ A: 1 });
    tidier.departed(KEY);
    await clock.advance(600_000);
    await publish('B', 2);
    await clock.settle();
    tidier.departed(KEY);
    tidier.present(KEY);
    await clock.settle();
    expect(handoff.removed).toEqual([]);
    expect([handoff.watchers, clock.pending]).toEqual([0, 0]);
  });

  it('removes the entry of a guest that ended, after a while', async () => {
    const { clock, handoff, tidier } = await testTidier({ A: 1 });
    tidier.gone(KEY);
    tidier.gone(KEY);
    await clock.advance(59_999);
    expect(handoff.removed).toEqual([]);
    await clock.advance(1);
    expect(handoff.removed).toEqual(['name:web-1 A']);
  });

  it.each(['present', 'close'] as const)('removes nothing after %s', async (what) => {
    const { clock, handoff, tidier } = await testTidier({ A: 1, B: 2 });
    tidier.gone(KEY);
    if (what === 'present') tidier.present(KEY);
    else tidier.close();
    await clock.advance(600_000);
    expect([handoff.removed, handoff.watchers, clock.pending]).toEqual([[], 0, 0]);
  });

  it('gets over a hand-off that is out of reach', async () => {
    const { clock, handoff, tidier, publish } = await testTidier({ A: 1, B: 2 });
    handoff.trouble = handoff.outOfReach;
    tidier.departed(KEY);
    tidier.gone('name:web-2' as GuestKey);
    await clock.advance(60_000);
    handoff.trouble = undefined;
    await publish('B', 2);
    await clock.settle();
    expect(handoff.removed).toEqual(['name:web-1 A']);
  });

  it('does nothing without a hand-off', async () => {
    const clock = new FakeClock();
    const tidier = new HandoffTidier({ clock, host: 'A' });
    tidier.departed(KEY);
    tidier.gone(KEY);
    expect(clock.pending).toBe(0);
  });
});
