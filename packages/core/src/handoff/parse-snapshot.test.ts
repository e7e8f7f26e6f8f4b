import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHeraldError } from '../herald-error.js';
import {
  MAX_SNAPSHOT_ADDRESSES,
  MAX_SNAPSHOT_DEPTH,
  MAX_SNAPSHOT_NICS,
  MAX_SNAPSHOT_STATIONS,
  parseSnapshot,
} from './parse-snapshot.js';
import type { Snapshot } from './snapshot.js';

const nic = {
  id: 'nic0',
  primaryMac: '52:54:00:00:00:01',
  model: 'virtio-net',
  state: { vlans: [10] },
  learned: [{ station: { mac: '52:54:00:00:00:02', vlan: 10 }, ageMs: 12.5 }],
};
const valid = { format: 1, guest: 'name:web-1', host: 'A', epoch: 3, nics: [nic] };

const errorOf = (input: unknown): string => {
  const result = parseSnapshot(input);
  return isHeraldError(result) ? `${result.code} ${result.message}` : 'it is a snapshot';
};
const withNic = (change: object): unknown => ({ ...valid, nics: [{ ...nic, ...change }] });
const station = nic.learned[0];
const owned = { address: '192.0.2.1', proof: 'asserted', ageMs: 7 };
const withAddresses = (addresses: unknown): unknown => withNic({ learned: [{ ...station, addresses }] });
const withAddress = (change: object): unknown => withAddresses([{ ...owned, ...change }]);
const asked = { address: '192.0.2.254', ageMs: 5 };
const withAsked = (list: unknown): unknown => withNic({ learned: [{ ...station, asked: list }] });
const ASKED_AT = 'nics.0.learned.0.asked';
const ADDRESS_AT = 'nics.0.learned.0.addresses';
const origin = {
  writtenAt: 1_700_000_000_000.25,
  writer: { agent: '4f1c-2' },
  process: { bootId: '6f1f2c1e-7d3a-4b7e-9a55-2f0d8f1f6f01', pid: 4711, startTicks: 81_234 },
  residence: 'resident',
  moves: [1_600_000_000_000, 1_700_000_000_000],
};
const withProcess = (change: object): unknown => ({ ...valid, process: { ...origin.process, ...change } });
const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
/** The state of a NIC begins below the snapshot, its NICs and the NIC. */
const DEPTH_OF_A_STATE = MAX_SNAPSHOT_DEPTH - 3;

describe('parseSnapshot', () => {
  it.each([
    ['nothing', undefined, 'HERALD_SNAPSHOT_INVALID not a snapshot: snapshot: '],
    ['null', null, 'HERALD_SNAPSHOT_INVALID not a snapshot: snapshot: '],
    ['a list', [valid], 'HERALD_SNAPSHOT_INVALID not a snapshot: snapshot: '],
    ['a text', JSON.stringify(valid), 'HERALD_SNAPSHOT_INVALID not a snapshot: snapshot: '],
    ['a truncated one', { format: 1, guest: 'name:web-1' }, 'HERALD_SNAPSHOT_INVALID not a snapshot: host: '],
    [
      'a newer format',
      { ...valid, format: 2 },
      'HERALD_SNAPSHOT_NEWER the snapshot has format 2, this version reads up to 1',
    ],
    [
      'a newer format of another shape',
      { format: 7, x: 1 },
      'HERALD_SNAPSHOT_NEWER the snapshot has format 7',
    ],
    ['format 0', { ...valid, format: 0 }, 'HERALD_SNAPSHOT_INVALID not a snapshot: format: '],
    ['a format in words', { ...valid, format: '1' }, 'HERALD_SNAPSHOT_INVALID not a snapshot: format: '],
    [
      'no guest key',
      { ...valid, guest: 'web-1' },
      'HERALD_SNAPSHOT_INVALID not a snapshot: guest: not a guest key: web-1',
    ],
    [
      'a nil guest',
      { ...valid, guest: 'uuid:00000000-0000-0000-0000-000000000000' },
      'guest: not a guest key',
    ],
    ['no host name', { ...valid, host: '' }, 'host: '],
    ['a long host name', { ...valid, host: 'h'.repeat(129) }, 'host: '],
    ['half an epoch', { ...valid, epoch: 1.5 }, 'epoch: '],
    ['a negative epoch', { ...valid, epoch: -1 }, 'epoch: '],
    ['an epoch beyond counting', { ...valid, epoch: 2 ** 60 }, 'epoch: '],
    ['no NICs', { ...valid, nics: undefined }, 'nics: '],
    ['too many NICs', { ...valid, nics: Array.from({ length: MAX_SNAPSHOT_NICS + 1 }, () => nic) }, 'nics: '],
    [
      'a group MAC',
      withNic({ primaryMac: '01:00:5e:00:00:01' }),
      'nics.0.primaryMac: not a unicast MAC address: 01:00:5e:00:00:01',
    ],
    ['a zero MAC', withNic({ primaryMac: '00:00:00:00:00:00' }), 'nics.0.primaryMac: not a unicast MAC'],
    [
      'no MAC',
      withNic({ primaryMac: 'x'.repeat(1e6) }),
      `nics.0.primaryMac: not a unicast MAC address: ${'x'.repeat(40)}`,
    ],
    ['no model', withNic({ model: '' }), 'nics.0.model: '],
    [
      'VLAN 0',
      withNic({ learned: [{ ...station, station: { mac: nic.primaryMac, vlan: 0 } }] }),
      'nics.0.learned.0.station.vlan: not a VLAN from 1 to 4094: 0',
    ],
    [
      'VLAN 4095',
      withNic({ learned: [{ ...station, station: { mac: nic.primaryMac, vlan: 4095 } }] }),
      'not a VLAN from 1 to 4094: 4095',
    ],
    [
      'a doubt of a VLAN that is none',
      withNic({ learned: [{ ...station, vlanUnknown: false }] }),
      'nics.0.learned.0.vlanUnknown: ',
    ],
    [
      'a foreign group MAC',
      withNic({ foreign: ['ff:ff:ff:ff:ff:ff'] }),
      'nics.0.foreign.0: not a unicast MAC',
    ],
    ['a negative age', withNic({ learned: [{ ...station, ageMs: -1 }] }), 'nics.0.learned.0.ageMs: '],
    [
      'an endless age',
      withNic({ learned: [{ ...station, ageMs: Number.POSITIVE_INFINITY }] }),
      'nics.0.learned.0.ageMs: ',
    ],
    [
      'a million stations',
      withNic({ learned: Array.from({ length: 1e6 }, () => station) }),
      `nics.0.learned: Too big: expected array to have <=${MAX_SNAPSHOT_STATIONS}`,
    ],
    [
      'a million wrong stations',
      withNic({ learned: Array.from({ length: 1e6 }, () => 1) }),
      'nics.0.learned: Too big',
    ],
    ['whom it asked for that are no list', withAsked({ 0: asked }), `${ASKED_AT}: `],
    ['whom it asked for of no address', withAsked([{ ...asked, address: '::g' }]), `${ASKED_AT}.0.address: `],
    [
      'whom it asked for of no host',
      withAsked([{ ...asked, address: '0.0.0.0' }]),
      `${ASKED_AT}.0.address: `,
    ],
    ['whom it will ask for', withAsked([{ ...asked, ageMs: -1 }]), `${ASKED_AT}.0.ageMs: `],
    ['too many that it asked for', withAsked(Array(9).fill(asked)), `${ASKED_AT}: `],
    ['addresses that are no list', withAddresses({ 0: owned }), `${ADDRESS_AT}: `],
    ['addresses that are null', withAddresses(null), `${ADDRESS_AT}: `],
    ...[
      'web-1',
      '',
      '192.0.2.01',
      '192.0.2.1/24',
      '224.0.0.1',
      '255.255.255.255',
      '0.0.0.0',
      '127.0.0.1',
      '::',
      '::1',
      'ff02::1',
      'fe80::1%eth0',
      '::ffff:192.0.2.1',
    ].map((address): [string, unknown, string] => [
      `the address ${address || 'of no characters'}`,
      withAddress({ address }),
      `${ADDRESS_AT}.0.address: not an IP address of a host: ${address}`,
    ]),
    [
      'an address of 46 characters',
      withAddress({ address: '2001:db8:0000:0000:0000:0000:0000:0000:0000001' }),
      `${ADDRESS_AT}.0.address: Too big`,
    ],
    ['an address without end', withAddress({ address: '1'.repeat(1e6) }), `${ADDRESS_AT}.0.address: Too big`],
    ['an address in bytes', withAddress({ address: [192, 0, 2, 1] }), `${ADDRESS_AT}.0.address: `],
    ['a proof that is none', withAddress({ proof: 'routed' }), `${ADDRESS_AT}.0.proof: `],
    ['no proof', withAddress({ proof: undefined }), `${ADDRESS_AT}.0.proof: `],
    ...[-1, Number.NaN, Number.POSITIVE_INFINITY, '7', undefined].map((ageMs): [string, unknown, string] => [
      `an address of age ${JSON.stringify(ageMs)} (${String(ageMs)})`,
      withAddress({ ageMs }),
      `${ADDRESS_AT}.0.ageMs: `,
    ]),
    ...['yes', 1, null].map((router): [string, unknown, string] => [
      `${JSON.stringify(router)} for whether it is a router`,
      withAddress({ router }),
      `${ADDRESS_AT}.0.router: `,
    ]),
    [
      'too many addresses',
      withAddresses(Array.from({ length: MAX_SNAPSHOT_ADDRESSES + 1 }, () => owned)),
      `${ADDRESS_AT}: Too big: expected array to have <=${MAX_SNAPSHOT_ADDRESSES}`,
    ],
    [
      'a million wrong addresses',
      withAddresses(Array.from({ length: 1e6 }, () => 1)),
      `${ADDRESS_AT}: Too big`,
    ],
    ...[-1, Number.NaN, Number.POSITIVE_INFINITY, '2026-01-02', null].map(
      (writtenAt): [string, unknown, string] => [
        `${String(writtenAt)} for when it was written`,
        { ...valid, writtenAt },
        'HERALD_SNAPSHOT_INVALID not a snapshot: writtenAt: ',
      ],
    ),
    ['a writer that is a text', { ...valid, writer: 'a' }, 'not a snapshot: writer: '],
    ['a writer that is null', { ...valid, writer: null }, 'not a snapshot: writer: '],
    ...[undefined, '', 'a'.repeat(65), 4].map((agent): [string, unknown, string] => [
      `a writer whose agent is '${String(agent).slice(0, 10)}' (${typeof agent})`,
      { ...valid, writer: { agent } },
      'not a snapshot: writer.agent: ',
    ]),
    ['a process that is a number', { ...valid, process: 4711 }, 'not a snapshot: process: '],
    ...[0, -1, 1.5, 2 ** 60, '1', undefined].map((pid): [string, unknown, string] => [
      `a process of pid ${String(pid)} (${typeof pid})`,
      withProcess({ pid }),
      'not a snapshot: process.pid: ',
    ]),
    ...[-1, 0.5, Number.NaN, undefined].map((startTicks): [string, unknown, string] => [
      `a process that began at ${String(startTicks)}`,
      withProcess({ startTicks }),
      'not a snapshot: process.startTicks: ',
    ]),
    ...['', 'b'.repeat(65), 7, undefined].map((bootId): [string, unknown, string] => [
      `a process of the boot ${String(bootId).slice(0, 10)} (${typeof bootId})`,
      withProcess({ bootId }),
      'not a snapshot: process.bootId: ',
    ]),
    ...['gone', '', 'Resident', null, true].map((residence): [string, unknown, string] => [
      `the residence ${JSON.stringify(residence)}`,
      { ...valid, residence },
      'not a snapshot: residence: ',
    ]),
    ...[1, [1.5], [-1], ['1'], [null], [Number.POSITIVE_INFINITY], [1, 2, 3, 4, 5, 6]].map(
      (moves): [string, unknown, string] => [
        `the moves ${JSON.stringify(moves)}`,
        { ...valid, moves },
        'not a snapshot: moves',
      ],
    ),
    ...[DEPTH_OF_A_STATE + 1, MAX_SNAPSHOT_DEPTH + 1, 6000, 200_000].map(
      (depth): [string, unknown, string] => [
        `a state nested ${depth} deep`,
        withNic({ state: nested(depth) }),
        `HERALD_SNAPSHOT_INVALID not a snapshot: it is nested more than ${MAX_SNAPSHOT_DEPTH} deep`,
      ],
    ),
    [
      'a member that it does not know, nested 6000 deep',
      { ...valid, extra: nested(6000) },
      'not a snapshot: it is nested more than',
    ],
  ])('refuses %s', (_, input, message) => {
    const error = errorOf(input);
    expect(error).toContain(message);
    expect(error.length).toBeLessThan(500);
  });

  it('says at most three things that are wrong', () => {
    expect(errorOf({ format: 1 }).split(';')).toHaveLength(3);
  });

  it('reads a snapshot as it was written', () => {
    expect(parseSnapshot(JSON.parse(JSON.stringify(valid)))).toEqual(valid);
  });

  it('reads what learning adds', () => {
    const learned = [{ station: { mac: '52:54:00:00:00:02' }, ageMs: 0, vlanUnknown: true }];
    const more = { ...valid, nics: [{ ...nic, learned, foreign: ['52:54:00:00:00:09'] }] };
    expect(parseSnapshot(JSON.parse(JSON.stringify(more)))).toEqual(more);
  });

  it.each([[[]], [[asked]], [Array(8).fill(asked)]])('reads whom a station asked for: %j', (list) => {
    const read = parseSnapshot(JSON.parse(JSON.stringify(withAsked(list)))) as Snapshot;
    expect(read.nics[0]?.learned[0]?.asked).toEqual(list);
  });

  const addressesOf = (input: unknown): unknown =>
    (parseSnapshot(input) as Snapshot).nics[0]?.learned[0]?.addresses;

  it.each<[string, object[]]>([
    ['none', []],
    ['one of each version', [owned, { address: '2001:db8::1', proof: 'answered', ageMs: 0 }]],
    [
      'a router and none',
      [
        { ...owned, router: true },
        { ...owned, address: '2001:db8::2', router: false },
      ],
    ],
    ['one on its link alone', [{ ...owned, address: 'fe80::5054:ff:fe00:1' }]],
    ['one of every part written out', [{ ...owned, address: '2001:db8:1111:2222:3333:4444:5555:6666' }]],
    [
      'as many as may be',
      Array.from({ length: MAX_SNAPSHOT_ADDRESSES }, (_, last) => ({ ...owned, address: `192.0.2.${last}` })),
    ],
  ])('reads the addresses of a station: %s', (_, addresses) => {
    expect(addressesOf(JSON.parse(JSON.stringify(withAddresses(addresses))))).toEqual(addresses);
  });

  it('brings addresses into their form', () => {
    expect(addressesOf(withAddress({ address: '2001:DB8:0:0:0:0:0:1' }))).toEqual([
      { ...owned, address: '2001:db8::1' },
    ]);
  });

  it('has no addresses where there are none, as in what an older version wrote', () => {
    const { learned } = (parseSnapshot(valid) as Snapshot).nics[0] ?? {};
    expect(Object.keys(learned?.[0] ?? {})).toEqual(['station', 'ageMs']);
    expect(Object.keys((addressesOf(withAddress({})) as [object])[0])).toEqual(['address', 'proof', 'ageMs']);
  });

  it('leaves out members it does not know', () => {
    const addresses = [{ ...owned, seenBy: 'x' }];
    const learned = [{ ...station, seenBy: 'x', addresses }];
    const more = { ...valid, extra: 1, nics: [{ ...nic, extra: 1, learned }] };
    const known = [{ ...station, addresses: [owned] }];
    expect(parseSnapshot(more)).toEqual({ ...valid, nics: [{ ...nic, learned: known }] });
  });

  it('has no state and no VLAN where there is none, and brings MACs into their form', () => {
    const { state: _, ...stateless } = nic;
    const learned = [{ station: { mac: '52-54-00-00-00-0A' }, ageMs: 0 }];
    const parsed = parseSnapshot({ ...valid, nics: [{ ...stateless, learned }] }) as Snapshot;
    expect(Object.keys(parsed.nics[0] ?? {})).not.toContain('state');
    expect(parsed.nics[0]?.learned).toStrictEqual([{ station: { mac: '52:54:00:00:00:0a' }, ageMs: 0 }]);
  });

  it.each(['arrived', 'resident', 'leaving'])(
    'reads who wrote it, when, and that the guest is %s',
    (residence) => {
      const more = { ...valid, ...origin, residence };
      expect(parseSnapshot(JSON.parse(JSON.stringify(more)))).toStrictEqual(more);
    },
  );

  it.each(Object.keys(origin))('reads one that has %s alone of these', (member) => {
    const more = { ...valid, [member]: origin[member as keyof typeof origin] };
    expect(parseSnapshot(more)).toStrictEqual(more);
  });

  it('takes the edges: written at 0, pid 1, ticks 0, names of 64 characters, five moves, a state as deep as may be', () => {
    const more = {
      ...valid,
      nics: [{ ...nic, state: nested(DEPTH_OF_A_STATE) }],
      writtenAt: 0,
      writer: { agent: 'a'.repeat(64) },
      process: { bootId: 'b'.repeat(64), pid: 1, startTicks: 0 },
      moves: [0, 8.64e15, 0, 1, 2],
    };
    expect(parseSnapshot(more)).toStrictEqual(more);
  });

  it('has none of these where there are none, as in what an older version wrote', () => {
    expect(Object.keys(parseSnapshot(valid) as object)).toEqual(Object.keys(valid));
  });

  it('leaves out what it does not know of a writer and a process', () => {
    const more = { ...valid, writer: { agent: 'a', x: 1 }, process: { ...origin.process, x: 1 } };
    expect(parseSnapshot(more)).toStrictEqual({ ...valid, writer: { agent: 'a' }, process: origin.process });
  });

  it('makes a snapshot or an error of any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (input) => {
        expect(isHeraldError(parseSnapshot(input))).toBe(true);
      }),
    );
    const near = fc.record(
      {
        format: fc.constantFrom<unknown>(1, 2, '1'),
        guest: fc.constantFrom<unknown>('name:a', 'uuid:', 4),
        host: fc.oneof<[fc.Arbitrary<unknown>, fc.Arbitrary<unknown>]>(fc.string(), fc.jsonValue()),
        epoch: fc.oneof<[fc.Arbitrary<unknown>, fc.Arbitrary<unknown>]>(fc.nat(), fc.double()),
        nics: fc.oneof<[fc.Arbitrary<unknown>, fc.Arbitrary<unknown>]>(
          fc.array(
            fc.record({
              ...Object.fromEntries(
                Object.entries(nic).map(([key, value]) => [
                  key,
                  fc.constantFrom<unknown>(value, undefined, 1),
                ]),
              ),
            }),
          ),
          fc.jsonValue(),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(near, (input) => {
        const result = parseSnapshot(input);
        if (isHeraldError(result)) expect(result.code).toMatch(/^HERALD_SNAPSHOT_(NEWER|INVALID)$/);
        else expect(parseSnapshot(JSON.parse(JSON.stringify(result)))).toEqual(result);
      }),
    );
  });
});
