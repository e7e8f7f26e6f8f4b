import { describe, expect, it } from 'vitest';
import type { Turn } from './spoken-turns.js';
import { leftToOther, type NicShare } from './within-guest.js';

const share = (nic: string, over: Partial<NicShare> = {}): NicShare => ({
  nic,
  network: 'br0',
  isConfigured: false,
  ...over,
});
const turn = (nic: string, at: number): Turn => ({ nic, at });

describe('leftToOther', () => {
  it.each<[string, readonly NicShare[], readonly Turn[]]>([
    ['it has it alone', [share('a')], []],
    ['it spoke last', [share('a', { spokeAt: 2000 }), share('b', { spokeAt: 1000 })], []],
    [
      'neither spoke, and both were configured with it',
      [share('a', { isConfigured: true }), share('b', { isConfigured: true })],
      [],
    ],
    ['neither spoke, and it was configured with it', [share('a', { isConfigured: true }), share('b')], []],
    [
      'the other is in another network, and is not heard in this one',
      [share('a', { spokeAt: 1000 }), share('b', { spokeAt: 9000, network: 'br1' })],
      [],
    ],
    [
      'what was heard beside it came back from its own frame',
      [share('a', { spokeAt: 1000, heardBesideAt: 1090 }), share('b', { spokeAt: 9000, network: 'br1' })],
      [],
    ],
    [
      'what was heard beside it came back from a frame of its own that its learner passed over',
      [share('a', { spokeAt: 1000, heardBesideAt: 1290 }), share('b', { spokeAt: 9000, network: 'br1' })],
      [],
    ],
    ['its network is not known', [{ nic: 'a', isConfigured: false }, share('b', { spokeAt: 9000 })], []],
    [
      'they take turns',
      [share('a', { spokeAt: 3000 }), share('b', { spokeAt: 4000 })],
      [turn('b', 4000), turn('a', 3000), turn('b', 2000)],
    ],
  ])('keeps it where %s', (_, shares, turns) => {
    expect(leftToOther('a', shares, turns)).toBeUndefined();
  });

  it.each<[string, readonly NicShare[], readonly Turn[]]>([
    ['the other spoke last', [share('a', { spokeAt: 1000 }), share('b', { spokeAt: 1001 })], []],
    [
      'only the other spoke, whatever was configured',
      [share('a', { isConfigured: true }), share('b', { spokeAt: 1 })],
      [],
    ],
    [
      'neither spoke, and the other was configured with it',
      [share('a'), share('b', { isConfigured: true })],
      [],
    ],
    [
      'the other is behind another bridge of one network',
      [share('a', { spokeAt: 1000, heardBesideAt: 8000 }), share('b', { spokeAt: 8000, network: 'br1' })],
      [],
    ],
    [
      'the other took over once',
      [share('a', { spokeAt: 3000 }), share('b', { spokeAt: 4000 })],
      [turn('b', 4000), turn('a', 3000)],
    ],
    [
      'they took turns when the bond came up, and it has been silent since',
      [share('a', { spokeAt: 3000 }), share('b', { spokeAt: 9000 })],
      [turn('b', 9000), turn('a', 3000), turn('b', 2000)],
    ],
    [
      'they took turns too slowly',
      [share('a', { spokeAt: 3000 }), share('b', { spokeAt: 40_000 })],
      [turn('b', 40_000), turn('a', 3000), turn('b', 2000)],
    ],
  ])('leaves it where %s', (_, shares, turns) => {
    expect(leftToOther('a', shares, turns)).toMatchObject({
      reason: 'on-other-nic',
      where: 'NIC b of this guest',
    });
  });
});
