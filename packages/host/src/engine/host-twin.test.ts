import type { GuestKey, SnapshotHead } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { hostTwin } from './host-twin.js';

const own = { host: 'A', agent: 'ours', startedAt: 1_000_000 };
const head = (over: Partial<SnapshotHead>): SnapshotHead => ({
  guest: 'name:web-1' as GuestKey,
  host: 'A',
  epoch: 0,
  primaryMacs: [],
  writer: { agent: 'theirs' },
  writtenAt: 1_002_000,
  ...over,
});
const without = (member: 'writer' | 'writtenAt'): SnapshotHead => {
  const { [member]: _, ...rest } = head({});
  return rest;
};

describe('hostTwin', () => {
  it.each<[string, SnapshotHead[]]>([
    ['no entries', []],
    ['its own', [head({ writer: { agent: 'ours' } })]],
    ["another host's", [head({ host: 'B' })]],
    ['what the agent before it wrote', [head({ writtenAt: 999_000 })]],
    ['what the agent before it wrote while it ended', [head({ writtenAt: 1_000_900 })]],
    ['what an older version wrote', [without('writer')]],
    ['what nobody says the time of', [without('writtenAt')]],
  ])('is not told of %s', (_, heads) => {
    expect(hostTwin(heads, own)).toBeUndefined();
  });

  it('names the guest whose entry another agent wrote under the same name', () => {
    const found = hostTwin([head({ host: 'B' }), head({ guest: 'name:db-1' as GuestKey })], own);
    expect(found).toMatchObject({ code: 'HERALD_HOST_TWIN', details: { host: 'A', guest: 'name:db-1' } });
  });
});
