import { describe, expect, it } from 'vitest';
import { answered, asserted, having } from '../../test/sample-addresses.js';
import { learned, mac } from '../../test/sample-nic.js';
import { snapshotOf } from '../../test/test-host.js';
import { agedSnapshot } from './aged-snapshot.js';

const MAX_AGE_MS = 300_000;
const STATE = { macs: [mac(1)], vlans: [10] };
const nic = (id: string, ageMs: number, state?: unknown) => ({
  id,
  primaryMac: mac(0),
  model: 'fake-card',
  foreign: [mac(9)],
  learned: [
    having(learned(5, 10, 5 + ageMs), asserted(1, 7 + ageMs), answered(2, ageMs)),
    learned(6, 20, ageMs),
  ],
  ...(state === undefined ? {} : { state }),
});

describe('agedSnapshot', () => {
  it.each([
    ['too old', MAX_AGE_MS + 1, false],
    ['as old as may be', MAX_AGE_MS, true],
    ['just written', 0, true],
  ])('of one that is %s', (_, ageMs, hasState) => {
    const more = { writtenAt: 5, residence: 'resident', writer: { agent: 'theirs' } } as const;
    const written = snapshotOf({ ...more, nics: [nic('nic0', 0, STATE), nic('nic1', 0)] });
    expect(agedSnapshot(written, ageMs, MAX_AGE_MS)).toStrictEqual(
      snapshotOf({ ...more, nics: [nic('nic0', ageMs, hasState ? STATE : undefined), nic('nic1', ageMs)] }),
    );
  });

  it('leaves the one it was made from as it was', () => {
    const written = snapshotOf({ nics: [nic('nic0', 0, STATE)] });
    agedSnapshot(written, MAX_AGE_MS + 1, MAX_AGE_MS);
    expect(written).toStrictEqual(snapshotOf({ nics: [nic('nic0', 0, STATE)] }));
  });
});
