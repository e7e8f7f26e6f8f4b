import type { GuestKey, NicSnapshot } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { nicOf } from '../../test/fake-guest.js';
import { mac } from '../../test/sample-nic.js';
import { matchNic } from './match-nic.js';

const handed = (id: string, number: number): NicSnapshot => ({
  id,
  primaryMac: mac(number),
  model: 'fake-card',
  learned: [],
});
const PRESENT = [nicOf('nic0'), nicOf('nic1')];
const match = (...nics: NicSnapshot[]) =>
  matchNic(nicOf('nic0'), PRESENT, { format: 1, guest: 'name:web-1' as GuestKey, host: 'A', epoch: 0, nics });

describe('matchNic', () => {
  it.each<[string, NicSnapshot[], string | undefined]>([
    ['none', [], undefined],
    ['none of another id and MAC', [handed('nic1', 256)], undefined],
    ['the same id', [handed('x', 0), handed('nic0', 7)], 'nic0'],
    ['the same MAC', [handed('x', 0), handed('y', 1)], 'x'],
    ['not what another NIC has by its id', [handed('nic1', 0)], undefined],
    ['none of several with the same MAC', [handed('x', 0), handed('y', 0)], undefined],
  ])('finds %s', (_, nics, id) => {
    expect(match(...nics)?.id).toBe(id);
  });

  it('finds none by a MAC that several NICs have', () => {
    const present = [nicOf('nic0'), nicOf('nic1', { primaryMac: mac(0) })];
    const snapshot = {
      format: 1,
      guest: 'name:web-1' as GuestKey,
      host: 'A',
      epoch: 0,
      nics: [handed('x', 0)],
    } as const;
    expect(present.map((nic) => matchNic(nic, present, snapshot))).toEqual([undefined, undefined]);
  });

  it('finds none without a snapshot', () => {
    expect(matchNic(nicOf('nic0'), PRESENT, undefined)).toBeUndefined();
  });
});
