import { MAX_SNAPSHOT_ADDRESSES } from '@nic-herald/core';
import { IpAddress, Ipv4Address, Ipv6Address } from '@nic-herald/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAddresses } from './decode-addresses.js';

interface Claim {
  readonly station?: bigint;
  readonly ip: string;
  readonly assertedNs?: bigint;
  readonly answeredNs?: bigint;
  readonly said?: number;
}

const SECOND = 1_000_000_000n;

const entriesOf = (claims: readonly Claim[]) => {
  const keys = new Uint8Array(claims.length * 24);
  const values = new Uint8Array(claims.length * 24);
  const [key, value] = [new DataView(keys.buffer), new DataView(values.buffer)];
  for (const [index, claim] of claims.entries()) {
    const { station = 1n, ip, assertedNs = 0n, answeredNs = 0n, said = 0 } = claim;
    const at = index * 24;
    key.setBigUint64(at, station, true);
    if (Ipv4Address.is(ip)) {
      key.setUint16(at + 18, 0xffff);
      Ipv4Address.write(ip, keys, at + 20);
    } else {
      Ipv6Address.write(Ipv6Address.of(ip), keys, at + 8);
    }
    value.setBigUint64(at, assertedNs, true);
    value.setBigUint64(at + 8, answeredNs, true);
    value.setBigUint64(at + 16, BigInt(said), true);
  }
  return { count: claims.length, keys, values };
};

const told = (claims: readonly Claim[], nowNs: bigint): readonly string[] =>
  [...decodeAddresses(entriesOf(claims), nowNs)].flatMap(([station, addresses]) =>
    addresses.map(({ address, proof, ageMs, router }) =>
      [station, address, proof, ageMs, ...(router === undefined ? [] : [router])].join(' '),
    ),
  );

describe('decodeAddresses', () => {
  it.each<[string, Claim[], string[]]>([
    ['nothing', [], []],
    ['what was never proved', [{ ip: '192.0.2.1' }], []],
    [
      'what no host can own',
      ['0.0.0.1', '127.0.0.1', '224.0.0.1', '255.255.255.255', '::', '::1', 'ff02::1'].map((ip) => ({
        ip,
        assertedNs: SECOND,
      })),
      [],
    ],
    ['an assertion', [{ ip: '192.0.2.1', assertedNs: 399n * SECOND }], ['1 192.0.2.1 asserted 1000']],
    ['an answer', [{ ip: '192.0.2.1', answeredNs: 390n * SECOND }], ['1 192.0.2.1 answered 10000']],
    [
      'an assertion and a later answer',
      [{ ip: '2001:db8::1', assertedNs: 100n * SECOND, answeredNs: 399n * SECOND }],
      ['1 2001:db8::1 asserted 300000'],
    ],
    [
      'an assertion of more than five minutes ago and a later answer',
      [{ ip: '2001:db8::1', assertedNs: 99n * SECOND, answeredNs: 399n * SECOND }],
      ['1 2001:db8::1 answered 1000'],
    ],
    [
      'an assertion of more than five minutes ago and an earlier answer',
      [{ ip: '2001:db8::1', assertedNs: 99n * SECOND, answeredNs: 98n * SECOND }],
      ['1 2001:db8::1 asserted 301000'],
    ],
    [
      'a host, a router, and what nobody says',
      [
        { ip: 'fe80::1', assertedNs: 400n * SECOND, said: 1 },
        { ip: 'fe80::2', assertedNs: 399n * SECOND, said: 2 },
        { ip: 'fe80::3', assertedNs: 398n * SECOND, said: 3 },
      ],
      ['1 fe80::1 asserted 0 false', '1 fe80::2 asserted 1000 true', '1 fe80::3 asserted 2000'],
    ],
    [
      'several stations, each with its latest first',
      [
        { station: 7n, ip: '192.0.2.1', assertedNs: 100n * SECOND },
        { station: 9n, ip: '192.0.2.1', assertedNs: 200n * SECOND },
        { station: 7n, ip: '192.0.2.2', answeredNs: 300n * SECOND },
      ],
      ['7 192.0.2.2 answered 100000', '7 192.0.2.1 asserted 300000', '9 192.0.2.1 asserted 200000'],
    ],
    [
      'one proved after the clock was read',
      [{ ip: '192.0.2.1', assertedNs: 401n * SECOND }],
      ['1 192.0.2.1 asserted 0'],
    ],
  ])('%s', (_what, claims, expected) => {
    expect(new Set(told(claims, 400n * SECOND))).toEqual(new Set(expected));
  });

  it('keeps the order of age within a station', () => {
    const claims = [3, 1, 2].map((second) => ({
      ip: `192.0.2.${second}`,
      assertedNs: BigInt(second) * SECOND,
    }));
    expect(told(claims, 4n * SECOND).map((one) => one.split(' ')[1])).toEqual([
      '192.0.2.3',
      '192.0.2.2',
      '192.0.2.1',
    ]);
  });

  it('does not take what was never asserted for asserted in the first minutes of a machine', () => {
    expect(told([{ ip: '192.0.2.1', answeredNs: SECOND }], 2n * SECOND)).toEqual([
      '1 192.0.2.1 answered 1000',
    ]);
  });

  it('tells the latest addresses of a station that makes up more than anybody wants', () => {
    const claims = Array.from({ length: 200 }, (_, index) => ({
      ip: `192.0.2.${index}`,
      assertedNs: BigInt(index + 1),
    }));
    const addresses = told([...claims, { station: 2n, ip: '192.0.2.1', assertedNs: 1n }], 1000n);
    expect(addresses).toHaveLength(MAX_SNAPSHOT_ADDRESSES + 1);
    expect(addresses[0]).toBe('1 192.0.2.199 asserted 0');
    expect(addresses.at(-1)).toBe('2 192.0.2.1 asserted 0');
  });

  it('never throws, and tells only what a host can own, whatever stands in the map', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }).chain((n) => fc.tuple(bytes(n * 24), bytes(n * 24))),
        ([keys, values]) => {
          const decoded = decodeAddresses({ count: keys.length / 24, keys, values }, 2n ** 63n);
          for (const { address, ageMs } of [...decoded.values()].flat()) {
            expect(IpAddress.parse(address)).toBe(address);
            expect(IpAddress.isHostAddress(address)).toBe(true);
            expect(Number.isSafeInteger(ageMs) && ageMs >= 0).toBe(true);
          }
        },
      ),
    );
  });
});
