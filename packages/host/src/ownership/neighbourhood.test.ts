import type { NetworkLook, NetworkQuestion, NetworkSighting, NetworkWatch, Port } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { IpAddress, type MacAddress } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { mac } from '../../test/sample-nic.js';
import type { ClaimsThere } from './joint-survey.js';
import { Neighbourhood } from './neighbourhood.js';

const ADDRESS = IpAddress.of('192.0.2.1');
const NETWORK = 'br0';
const portOf = (guest: number): Port => ({ kind: 'tap', name: `tap${guest}` });
const claimsOf = (guest: number, more: Partial<ClaimsThere> = {}): ReadonlyMap<string, ClaimsThere> =>
  new Map([
    [
      NETWORK,
      {
        ...{ port: portOf(guest), own: new Set([`tap${guest}`]), macs: new Set([mac(guest)]) },
        ...{ addresses: new Set<IpAddress>(), ...more },
      },
    ],
  ]);
const at = (port: string, of: Partial<NetworkSighting> & { readonly mac: MacAddress }): NetworkSighting => ({
  ...{ port, ageMs: 100 },
  ...of,
});

/** Guests 1 to 3 in one network, which looks like this from now on; and who looked for itself, or was told that it need not. */
const neighbours = () => {
  const clock = new FakeClock();
  const seen: { look: NetworkLook | undefined; questions: NetworkQuestion[] } = {
    look: { sightings: [], hostMacs: [mac(99)], hostAddresses: [] },
    questions: [],
  };
  const watch: NetworkWatch = {
    name: 'fake',
    look: async (_, question) => {
      seen.questions.push(question);
      return seen.look;
    },
  };
  const neighbourhood = new Neighbourhood([watch], clock, 'A');
  const claims = new Map<number, ReadonlyMap<string, ClaimsThere> | undefined>();
  const surveyed: number[] = [];
  const alone: number[] = [];
  for (const guest of [1, 2, 3]) {
    claims.set(guest, claimsOf(guest));
    neighbourhood.join(String(guest), {
      read: async () => {},
      claims: () => claims.get(guest),
      isAlone: () => alone.push(guest),
      survey: async () => surveyed.push(guest),
    });
  }
  const survey = async () => {
    for (const each of [surveyed, alone, seen.questions]) each.length = 0;
    await clock.advance(4000);
    return { surveyed: [...surveyed], alone: [...alone], questions: seen.questions.length };
  };
  return { seen, claims, survey };
};

describe('Neighbourhood', () => {
  it('looks at a network once for all guests, once each has seen what the host has there', async () => {
    const { seen, survey } = neighbours();
    expect((await survey()).surveyed).toEqual([1, 2, 3]);
    expect(await survey()).toEqual({ surveyed: [], alone: [1, 2, 3], questions: 1 });
    expect([...(seen.questions[0]?.macs ?? [])]).toEqual([mac(1), mac(2), mac(3)]);
  });

  it.each<[string, (at: ReturnType<typeof neighbours>) => void, readonly number[]]>([
    [
      'whose MAC was seen at another port',
      ({ seen }) => {
        seen.look = {
          ...NOTHING,
          sightings: [at('tap1', { mac: mac(1) }), at('up0', { mac: mac(2), vlan: 5 })],
        };
      },
      [2],
    ],
    [
      'whose address another MAC spoke from',
      ({ seen, claims }) => {
        claims.set(3, claimsOf(3, { addresses: new Set([ADDRESS]) }));
        const spoken = { mac: mac(50), address: ADDRESS, proof: 'asserted' } as const;
        seen.look = { ...NOTHING, sightings: [at('up0', spoken)] };
      },
      [3],
    ],
    ['that knows of a rival, or could not look', ({ claims }) => claims.set(1, undefined), [1]],
    [
      'of a host that has another MAC there',
      ({ seen }) => {
        seen.look = { ...NOTHING, hostMacs: [mac(99), mac(2)] };
      },
      [1, 2, 3],
    ],
    [
      'of a network that no watch knows',
      ({ seen }) => {
        seen.look = undefined;
      },
      [1, 2, 3],
    ],
    [
      'where more was seen than is told',
      ({ seen }) => {
        seen.look = {
          ...NOTHING,
          sightings: Array.from({ length: 65_536 }, () => at('tap1', { mac: mac(1) })),
        };
      },
      [1, 2, 3],
    ],
    [
      'where all have more addresses than a question may name',
      ({ claims }) => {
        const addresses = Array.from({ length: 4097 }, (_, n) => IpAddress.of(`10.0.${n >> 8}.${n & 0xff}`));
        claims.set(2, claimsOf(2, { addresses: new Set(addresses) }));
      },
      [1, 2, 3],
    ],
  ])('lets a guest look for itself %s', async (_, happens, expected) => {
    const there = neighbours();
    await there.survey();
    happens(there);
    const { surveyed, alone } = await there.survey();
    expect(surveyed).toEqual(expected);
    expect(alone).toEqual([1, 2, 3].filter((guest) => !expected.includes(guest)));
  });
});

const NOTHING: NetworkLook = { sightings: [], hostMacs: [mac(99)], hostAddresses: [] };
