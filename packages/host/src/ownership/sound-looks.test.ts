import type { NetworkSighting } from '@nic-herald/core';
import { IpAddress } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { mac } from '../../test/sample-nic.js';
import { SoundLooks } from './sound-looks.js';

const GOOD: NetworkSighting = { mac: mac(1), port: 'eth0', ageMs: 5 };
const soundLook = (look: unknown) => new SoundLooks().of(look);
const EMPTY = { sightings: [], hostMacs: [], hostAddresses: [] };
const NOTHING = { sightings: [], hostMacs: new Set(), hostAddresses: new Set() };

describe('SoundLooks', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'br0'],
    ['lists that are none', { sightings: 7, hostMacs: {}, hostAddresses: 'x' }],
    [
      'members that are none',
      { sightings: [null, 1, {}], hostMacs: ['x', null, 'ZZ'], hostAddresses: ['999.1.1.1', 4] },
    ],
  ])('makes nothing of %s', (_, look) => {
    expect(soundLook(look)).toEqual(NOTHING);
  });

  it.each<[string, object]>([
    ['a MAC that is none', { mac: '52:54' }],
    ['VLAN 0', { vlan: 0 }],
    ['VLAN 4095', { vlan: 4095 }],
    ['an address that is none', { address: '1.2.3' }],
    ['another proof', { proof: 'sworn' }],
    ['no port', { port: '' }],
    ['a port of a long name', { port: 'x'.repeat(65) }],
    ['an age to come', { ageMs: -1 }],
    ['no age', { ageMs: Number.NaN }],
    ['an earlier age for ever', { earlierAgeMs: Number.POSITIVE_INFINITY }],
  ])('leaves out a sighting with %s', (_, over) => {
    expect(soundLook({ ...EMPTY, sightings: [{ ...GOOD, ...over }, GOOD] }).sightings).toEqual([GOOD]);
  });

  it('takes what is sound, and no more than there may be', () => {
    const own = { hostMacs: [mac(9)], hostAddresses: [IpAddress.of('192.0.2.1')] };
    const look = soundLook({ ...own, sightings: Array.from({ length: 70_000 }, () => GOOD) });
    expect([look.sightings.length, look.hostMacs, look.hostAddresses]).toEqual([
      65_536,
      new Set(own.hostMacs),
      new Set(own.hostAddresses),
    ]);
  });

  it('goes through a list of the own addresses that it knows only once', () => {
    const looks = new SoundLooks();
    const hostMacs = [mac(9), 'no MAC'];
    const first = looks.of({ ...EMPTY, hostMacs }).hostMacs;
    expect(first).toEqual(new Set([mac(9)]));
    expect(looks.of({ ...EMPTY, hostMacs }).hostMacs).toBe(first);
    expect(looks.of({ ...EMPTY, hostMacs: [mac(8)] }).hostMacs).toEqual(new Set([mac(8)]));
  });
});
