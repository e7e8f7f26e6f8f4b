import type { GuestKey, SnapshotHead } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { HostTwin } from './host-twin.js';

const head = (over: Partial<SnapshotHead> = {}): SnapshotHead => ({
  guest: 'name:web-1' as GuestKey,
  host: 'A',
  epoch: 0,
  primaryMacs: [],
  writer: { agent: 'theirs' },
  writtenAt: 1_000_000,
  ...over,
});
const { writer: _, ...unsigned } = head({ writtenAt: 9 });

/** What is seen at the start, and ten seconds later. */
const seen = async (first: readonly SnapshotHead[], later: readonly SnapshotHead[]) => {
  const clock = new FakeClock();
  const twin = new HostTwin({ host: 'A', agent: 'ours' }, clock);
  const early = twin.look(first);
  await clock.advance(10_000);
  return [early, twin.look(later)].map((warning) => warning?.code);
};

describe('HostTwin', () => {
  it.each<[string, SnapshotHead[], SnapshotHead[]]>([
    ['no entries', [], []],
    ['its own', [], [head({ writer: { agent: 'ours' } })]],
    ["another host's", [], [head({ host: 'B' })]],
    ['what the agent before it wrote', [head()], [head()]],
    ['what it wrote by a clock that was ahead', [head({ writtenAt: 9e12 })], [head({ writtenAt: 9e12 })]],
    ['what an older version writes', [], [unsigned]],
  ])('is not told of %s', async (_name, first, later) => {
    expect(await seen(first, later)).toEqual([undefined, undefined]);
  });

  it.each<[string, SnapshotHead[], SnapshotHead[]]>([
    ['an entry that was not there', [], [head()]],
    ['an entry that is written again', [head()], [head({ writtenAt: 1_000_100 })]],
    ['an entry that yet another agent writes', [head()], [head({ writer: { agent: 'third' } })]],
  ])('tells of %s', async (_name, first, later) => {
    expect(await seen(first, later)).toEqual([undefined, 'HERALD_HOST_TWIN']);
  });

  it('lets the agent before it end while it starts', async () => {
    const clock = new FakeClock();
    const twin = new HostTwin({ host: 'A', agent: 'ours' }, clock);
    twin.look([head()]);
    await clock.advance(1900);
    expect(twin.look([head({ writtenAt: 2_000_000 })])).toBeUndefined();
    await clock.advance(10_000);
    expect(twin.look([head({ writtenAt: 2_000_000 })])).toBeUndefined();
  });

  it('takes what it sees first for the past, however late it looks', async () => {
    const clock = new FakeClock();
    const twin = new HostTwin({ host: 'A', agent: 'ours' }, clock);
    await clock.advance(60_000);
    expect(twin.look([head()])).toBeUndefined();
    expect(twin.look([head({ writtenAt: 3_000_000 })])?.code).toBe('HERALD_HOST_TWIN');
  });
});
