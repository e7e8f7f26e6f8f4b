import type { LearnedStation } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { station } from '../../test/sample-nic.js';
import { HeardSince } from './heard-since.js';

const read = (...ages: number[]): ReadonlyMap<string, readonly LearnedStation[]> =>
  new Map([['nic0', ages.map((ageMs, at) => ({ station: station(at), ageMs }))]]);

describe('HeardSince', () => {
  it.each<[string, ReturnType<typeof read>, boolean]>([
    ['spoke since', read(9000, 30_000), false],
    ['spoke as it was read', read(10_040, 30_000), false],
    ['has one station more', read(11_000, 30_000, 30_000), false],
    ['has one station less', read(11_000), false],
    ['has no port any more', new Map(), false],
    ['has another NIC', new Map([['nic1', read(11_000, 30_000).get('nic0') ?? []]]), false],
    ['said nothing', read(11_000, 30_000), true],
  ])('tells of a guest that %s', (_, seen, isSilent) => {
    const since = new HeardSince();
    since.used(read(1000, 20_000), 100_000);
    expect(since.isSilent(seen, 110_000)).toBe(isSilent);
  });

  it('knows nothing before the first reading', () => {
    expect(new HeardSince().isSilent(read(11_000), 110_000)).toBe(false);
  });

  it('tells of a guest that was never heard', () => {
    const since = new HeardSince();
    since.used(read(), 100_000);
    expect(since.isSilent(read(), 110_000)).toBe(true);
  });
});
