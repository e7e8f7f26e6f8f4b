import { expect, it } from 'vitest';
import { snapshotOf, web } from '../test/handoff-fixture.js';
import { RecentEntries } from './recent-entries.js';

const snapshot = snapshotOf(web, 'a');

it('knows one version of an entry, the last', () => {
  const entries = new RecentEntries();
  expect(entries.get('a', '1')).toBeUndefined();
  entries.put('a', '1', snapshot, 10);
  expect([entries.get('a', '1'), entries.get('a', '2'), entries.get('b', '1')]).toEqual([
    snapshot,
    undefined,
    undefined,
  ]);
  entries.put('a', '2', snapshot, 10);
  expect([entries.get('a', '1'), entries.get('a', '2')]).toEqual([undefined, snapshot]);
});

it('forgets those asked for longest ago where there are too many bytes', () => {
  const entries = new RecentEntries(30);
  for (const name of ['a', 'b', 'c']) entries.put(name, '1', snapshot, 10);
  entries.get('a', '1');
  entries.put('d', '1', snapshot, 10);
  expect(['a', 'b', 'c', 'd'].map((name) => entries.get(name, '1') !== undefined)).toEqual([
    true,
    false,
    true,
    true,
  ]);
  entries.put('e', '1', snapshot, 31);
  expect(['a', 'e'].map((name) => entries.get(name, '1'))).toEqual([undefined, undefined]);
});
