import { DEFAULT_GUEST_POLICY } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { configuredPolicy } from './policy-plugin.js';

const uuid = '9b1c5d3e-0000-4000-8000-00000000000a';
const config = {
  maxStations: 100,
  announce: { rounds: 3 },
  guests: {
    'web-1': { trust: 'primary' as const },
    [uuid.toUpperCase()]: { maxStations: 7, announce: { stepMs: 5 }, pairing: { limit: 0 } },
  },
};

describe('the policy of a herald.yaml', () => {
  it.each([
    ['an empty file gives the defaults', {}, { name: 'web-1' }, DEFAULT_GUEST_POLICY],
    [
      'a guest without rules of its own has the general ones',
      config,
      { name: 'db' },
      { maxStations: 100, trust: 'learned' },
    ],
    ['a guest is found by its name', config, { name: 'web-1' }, { maxStations: 100, trust: 'primary' }],
    ['a guest is found by its UUID, however written', config, { uuid }, { maxStations: 7, pairingLimit: 0 }],
    ['the UUID goes before the name', config, { uuid, name: 'web-1' }, { maxStations: 7, trust: 'learned' }],
    [
      'timing is merged member by member',
      config,
      { uuid },
      { timing: { initialMs: 50, maxMs: 550, rounds: 3, stepMs: 5 } },
    ],
  ])('%s', (_, file, guest, expected) => {
    expect(configuredPolicy(file).forGuest(guest)).toMatchObject(expected);
  });
});
