import type { GuestKey } from '@nic-herald/core';
import type { NicSnapshot } from '@nic-herald/core/internal';
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
    ['none of the same id and another MAC: a copy has that', [handed('nic0', 7)], undefined],
    ['the same id and MAC', [handed('x', 0), handed('nic0', 0)], 'nic0'],
    ['the same MAC', [handed('x', 0), handed('y', 1)], 'x'],
    ['the same MAC before the same id', [handed('nic0', 7), handed('x', 0)], 'x'],
    ['the same MAC, though another NIC has its id by now', [handed('nic1', 0)], 'nic1'],
    ['none of several with the same MAC', [handed('x', 0), handed('y', 0)], undefined],
  ])('finds %s', (_, nics, id) => {
    expect(match(...nics)?.id).toBe(id);
  });

  it.each<[string, NicSnapshot[], (string | undefined)[]]>([
    ['none by that alone', [handed('x', 0)], [undefined, undefined]],
    [
      'none for the other where one is found by its id',
      [handed('nic0', 0), handed('x', 0)],
      ['nic0', undefined],
    ],
    ['each by its id', [handed('nic1', 0), handed('nic0', 0)], ['nic0', 'nic1']],
  ])('finds for two NICs of one MAC %s', (_, nics, ids) => {
    const present = [nicOf('nic0'), nicOf('nic1', { primaryMac: mac(0) })];
    const snapshot = { format: 1, guest: 'name:web-1' as GuestKey, host: 'A', epoch: 0, nics } as const;
    expect(present.map((nic) => matchNic(nic, present, snapshot)?.id)).toEqual(ids);
  });

  it('finds each where two NICs were given the ids of each other', () => {
    const present = [nicOf('nic0'), nicOf('nic1')];
    const nics = [handed('nic1', 0), handed('nic0', 256)];
    const snapshot = { format: 1, guest: 'name:web-1' as GuestKey, host: 'A', epoch: 0, nics } as const;
    expect(present.map((nic) => matchNic(nic, present, snapshot)?.id)).toEqual(['nic1', 'nic0']);
  });

  it('finds none without a snapshot', () => {
    expect(matchNic(nicOf('nic0'), PRESENT, undefined)).toBeUndefined();
  });
});
