import { type LearnedStations, stationKey } from '@nic-herald/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LearnerDriver } from './learner-driver.js';
import {
  advertisement,
  arp,
  C_TAG,
  cut,
  ethernet,
  icmpv6,
  igmp,
  ipv4,
  macOption,
  mld,
  OVERRIDE,
  ROUTER,
  routerAdvertisement,
  routerSolicitation,
  S_TAG,
  SOLICITED,
  solicitation,
  type Tag,
} from './learner-frames.js';
import { NetworkSandbox, privilegeMissing } from './network-sandbox.js';

const missing = privilegeMissing();
const MAC = '52:54:00:00:00:01';
const OTHER = '52:54:00:00:00:02';
const IP = '192.0.2.1';
const PEER = '192.0.2.9';
const LINK_LOCAL = 'fe80::5054:ff:fe00:1';
const GLOBAL = '2001:db8::1';
const ROUTED = '2001:db8:ffff::7';

const request = (tags: readonly Tag[] = [], senderIp = IP): string =>
  arp({ mac: MAC, operation: 1, senderIp, targetIp: PEER, tags });
const reply = (tags: readonly Tag[] = []): string =>
  arp({ mac: MAC, operation: 2, senderIp: IP, targetIp: PEER, tags });
const udp = '0035003500080000';

/** What was learned, as `station address proof`, and `router` or `host` where it said so. */
const claimsIn = ({ stations }: LearnedStations): readonly string[] =>
  stations.flatMap(({ station, addresses = [] }) =>
    addresses.map(({ address, proof, router }) => {
      const said = router === undefined ? '' : router ? ' router' : ' host';
      return `${stationKey(station)} ${address} ${proof}${said}`;
    }),
  );

describe.skipIf(missing)(`addresses learned at real taps${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let host: NetworkSandbox;
  let driver: LearnerDriver;
  beforeAll(async () => {
    host = new NetworkSandbox(['tap0', 'tap1']);
    driver = new LearnerDriver(host);
    await driver.hold('tap0', 'tap1');
  });
  afterAll(() => host.remove());
  beforeEach(async () => {
    for (const tap of ['tap0', 'tap1']) await driver.open(tap);
  });
  afterEach(async () => {
    for (const tap of ['tap0', 'tap1']) await driver.close(tap);
  });

  it.each<[string, string[]]>([
    ['an ARP probe, from 0.0.0.0', [arp({ mac: MAC, operation: 1, senderIp: '0.0.0.0', targetIp: IP })]],
    [
      'an ARP of somebody else',
      [arp({ mac: MAC, operation: 1, senderIp: IP, targetIp: PEER, senderMac: OTHER })],
    ],
    [
      'an ARP reply of somebody else',
      [arp({ mac: MAC, operation: 2, senderIp: IP, targetIp: IP, senderMac: OTHER })],
    ],
    [
      'an ARP of another hardware',
      [arp({ mac: MAC, operation: 1, senderIp: IP, targetIp: PEER, kind: '000608000604' })],
    ],
    [
      'an ARP of another protocol',
      [arp({ mac: MAC, operation: 1, senderIp: IP, targetIp: PEER, kind: '000186dd0604' })],
    ],
    [
      'an ARP of other lengths',
      [arp({ mac: MAC, operation: 1, senderIp: IP, targetIp: PEER, kind: '000108000804' })],
    ],
    ['an inverse ARP', [arp({ mac: MAC, operation: 8, senderIp: IP, targetIp: PEER })]],
    ['an ARP cut off', [cut(request(), 41)]],
    ['an ARP behind a service tag', [request([[S_TAG, 22]])]],
    [
      'an ARP behind a service tag and a customer tag',
      [
        request([
          [S_TAG, 22],
          [C_TAG, 33],
        ]),
      ],
    ],
    [
      'an ARP behind two customer tags',
      [
        request([
          [C_TAG, 22],
          [C_TAG, 33],
        ]),
      ],
    ],
    [
      'an ARP behind a priority tag and a customer tag',
      [
        request([
          [C_TAG, 0],
          [C_TAG, 33],
        ]),
      ],
    ],
    ['an ARP in VLAN 4095', [request([[C_TAG, 4095]])]],
    [
      'ARPs of loopback, multicast, "this network", reserved',
      ['127.0.0.1', '224.0.0.1', '0.1.2.3', '255.255.255.255'].map((ip) => request([], ip)),
    ],
    ['a routed IPv4 packet', [ipv4(MAC, '198.51.100.7', 17, udp)]],
    ['an IPv4 packet of its own', [ipv4(MAC, IP, 17, udp)]],
    ['a routed IPv6 packet', [icmpv6({ mac: MAC, sourceIp: ROUTED, type: 17, body: udp, hopLimit: 63 })]],
    ['a routed ping', [icmpv6({ mac: MAC, sourceIp: ROUTED, type: 128, body: '00010001', hopLimit: 63 })]],
    ['a ping of its own', [icmpv6({ mac: MAC, sourceIp: GLOBAL, type: 128, body: '00010001' })]],
    [
      'a solicitation from ::, which asks whether somebody has it',
      [solicitation(MAC, '::', GLOBAL, { option: '' })],
    ],
    ['the same with a nonce', [solicitation(MAC, '::', GLOBAL, { option: '0e01010203040506' })]],
    ['a solicitation that was routed', [solicitation(MAC, ROUTED, GLOBAL, { hopLimit: 254 })]],
    ['a solicitation of another code', [solicitation(MAC, GLOBAL, ROUTED, { code: 1 })]],
    [
      'a solicitation for somebody else',
      [solicitation(MAC, GLOBAL, ROUTED, { option: macOption(1, OTHER) })],
    ],
    [
      'a solicitation whose MAC is of another length',
      [solicitation(MAC, GLOBAL, ROUTED, { option: `0102${MAC.replaceAll(':', '')}${'00'.repeat(8)}` })],
    ],
    ['a solicitation without all of its target', [solicitation(MAC, GLOBAL, ROUTED, { payloadLength: 23 })]],
    ['a solicitation longer than its frame', [solicitation(MAC, GLOBAL, ROUTED, { payloadLength: 40 })]],
    ['a solicitation cut off', [cut(solicitation(MAC, GLOBAL, ROUTED), 77)]],
    ['a solicitation cut off before its message', [cut(solicitation(MAC, GLOBAL, ROUTED), 55)]],
    [
      'a solicitation behind another header',
      [solicitation(MAC, GLOBAL, ROUTED, { extension: [60, '3a00010400000000'] })],
    ],
    ['a solicitation of another IP version', [solicitation(MAC, GLOBAL, ROUTED, { version: 4 })]],
    ['a solicitation behind a service tag', [solicitation(MAC, GLOBAL, ROUTED, { tags: [[S_TAG, 22]] })]],
    [
      'a solicitation from a group, loopback, an IPv4-mapped address',
      ['ff02::1', '::1', '::ffff:192.0.2.1'].map((ip) => solicitation(MAC, ip, ROUTED)),
    ],
    ['an advertisement that gives way, as proxies send', [advertisement(MAC, GLOBAL, SOLICITED)]],
    [
      'an advertisement for somebody else',
      [advertisement(MAC, GLOBAL, OVERRIDE, { option: macOption(2, OTHER) })],
    ],
    ['an advertisement that was routed', [advertisement(MAC, GLOBAL, OVERRIDE, { hopLimit: 64 })]],
    ['an advertisement cut off in its target', [cut(advertisement(MAC, GLOBAL, OVERRIDE), 70)]],
    ['an advertisement of ::', [advertisement(MAC, '::', OVERRIDE)]],
    ['an advertisement of an IPv4-mapped address', [advertisement(MAC, '::ffff:192.0.2.1', OVERRIDE)]],
    ['a router solicitation from ::', [routerSolicitation(MAC, '::', '')]],
    [
      'a router solicitation that does not tell its MAC, as from a tentative address',
      [routerSolicitation(MAC, GLOBAL, '')],
    ],
    ['a router solicitation for somebody else', [routerSolicitation(MAC, GLOBAL, macOption(1, OTHER))]],
    ['a router advertisement that was routed', [routerAdvertisement(MAC, LINK_LOCAL, 64)]],
    [
      'a redirect',
      [icmpv6({ mac: MAC, sourceIp: LINK_LOCAL, type: 137, body: `00000000${'00'.repeat(32)}` })],
    ],
    ['a listener report', [mld(MAC, 143)]],
  ])('prove nothing: %s', async (_what, frames) => {
    await driver.write('tap0', frames);
    const learned = await driver.read('tap0');
    expect(claimsIn(learned)).toEqual([]);
    for (const { addresses } of learned.stations) expect(addresses).toBeUndefined();
  });

  it.each<[string, string[], string[]]>([
    ['an ARP request', [request()], [`${MAC} ${IP} asserted`]],
    ['an ARP request without padding', [cut(request(), 42)], [`${MAC} ${IP} asserted`]],
    ['an ARP request in VLAN 22', [request([[C_TAG, 22]])], [`${MAC}/22 ${IP} asserted`]],
    ['an ARP request with a priority tag', [request([[C_TAG, 0x6000]])], [`${MAC} ${IP} asserted`]],
    [
      'an ARP announcement',
      [arp({ mac: MAC, operation: 1, senderIp: IP, targetIp: IP })],
      [`${MAC} ${IP} asserted`],
    ],
    [
      'a gratuitous ARP reply',
      [arp({ mac: MAC, operation: 2, senderIp: IP, targetIp: IP })],
      [`${MAC} ${IP} asserted`],
    ],
    ['an ARP reply', [reply()], [`${MAC} ${IP} answered`]],
    ['an ARP reply in VLAN 4094', [reply([[C_TAG, 4094]])], [`${MAC}/4094 ${IP} answered`]],
    ['an answer, then an assertion', [reply(), request()], [`${MAC} ${IP} asserted`]],
    ['an assertion, then an answer', [request(), reply()], [`${MAC} ${IP} asserted`]],
    [
      'two addresses, the last first',
      [request(), request([], '10.0.0.1')],
      [`${MAC} 10.0.0.1 asserted`, `${MAC} ${IP} asserted`],
    ],
    [
      'one address in two VLANs',
      [request([[C_TAG, 1]]), request([[C_TAG, 2]])],
      [`${MAC}/2 ${IP} asserted`, `${MAC}/1 ${IP} asserted`],
    ],
    ['a solicitation', [solicitation(MAC, GLOBAL, ROUTED)], [`${MAC} ${GLOBAL} asserted`]],
    [
      'a solicitation without its MAC',
      [solicitation(MAC, GLOBAL, ROUTED, { option: '' })],
      [`${MAC} ${GLOBAL} asserted`],
    ],
    [
      'a solicitation in VLAN 22',
      [solicitation(MAC, GLOBAL, ROUTED, { tags: [[C_TAG, 22]] })],
      [`${MAC}/22 ${GLOBAL} asserted`],
    ],
    ['an unasked advertisement', [advertisement(MAC, GLOBAL, OVERRIDE)], [`${MAC} ${GLOBAL} asserted host`]],
    [
      'an unasked advertisement of a router',
      [advertisement(MAC, GLOBAL, OVERRIDE | ROUTER)],
      [`${MAC} ${GLOBAL} asserted router`],
    ],
    [
      'an advertisement sent from another of its addresses',
      [advertisement(MAC, GLOBAL, OVERRIDE, { sourceIp: LINK_LOCAL })],
      [`${MAC} ${GLOBAL} asserted host`],
    ],
    ['an answer', [advertisement(MAC, GLOBAL, OVERRIDE | SOLICITED)], [`${MAC} ${GLOBAL} answered host`]],
    [
      'an answer without its MAC',
      [advertisement(MAC, GLOBAL, OVERRIDE | SOLICITED, { option: '' })],
      [`${MAC} ${GLOBAL} answered host`],
    ],
    ['a router solicitation', [routerSolicitation(MAC, LINK_LOCAL)], [`${MAC} ${LINK_LOCAL} asserted host`]],
    [
      'a router advertisement',
      [routerAdvertisement(MAC, LINK_LOCAL)],
      [`${MAC} ${LINK_LOCAL} asserted router`],
    ],
    [
      'a router that then asks',
      [routerAdvertisement(MAC, LINK_LOCAL), solicitation(MAC, LINK_LOCAL, ROUTED)],
      [`${MAC} ${LINK_LOCAL} asserted router`],
    ],
    [
      'a router that becomes a host',
      [routerAdvertisement(MAC, LINK_LOCAL), advertisement(MAC, LINK_LOCAL, OVERRIDE | SOLICITED)],
      [`${MAC} ${LINK_LOCAL} asserted host`],
    ],
    ['the last that a host could own', [request([], '223.255.255.255')], [`${MAC} 223.255.255.255 asserted`]],
  ])('are proved by %s', async (_what, frames, claims) => {
    await driver.write('tap0', frames);
    expect(claimsIn(await driver.read('tap0'))).toEqual(claims);
  });

  it('are of the station that spoke, not of its neighbours', async () => {
    const other = arp({ mac: OTHER, operation: 1, senderIp: PEER, targetIp: IP });
    await driver.write('tap0', [request(), ethernet(OTHER, 0x88b5, ''), other]);
    expect(claimsIn(await driver.read('tap0'))).toEqual([
      `${OTHER} ${PEER} asserted`,
      `${MAC} ${IP} asserted`,
    ]);
  });

  it('are not learned from what nic-herald injects, nor are its reports counted', async () => {
    const ours = [request(), advertisement(MAC, GLOBAL, OVERRIDE), igmp(MAC, 0x22), mld(MAC, 143)];
    for (const frame of ours) expect(await driver.inject('tap0', [frame])).toEqual({ accepted: 1 });
    await driver.write('tap0', [ethernet(MAC, 0x88b5, '')]);
    const learned = await driver.read('tap0');
    expect(learned.stations).toHaveLength(1);
    expect(claimsIn(learned)).toEqual([]);
    expect(learned.multicastReports).toEqual([]);
  });

  it('have ages on the clock of this process', async () => {
    const since = process.hrtime.bigint();
    await driver.write('tap0', [request()]);
    const { stations } = await driver.read('tap0');
    const elapsedMs = Math.ceil(Number(process.hrtime.bigint() - since) / 1e6);
    expect(stations[0]?.addresses?.[0]?.ageMs).toBeLessThanOrEqual(elapsedMs);
  });

  it('stay within their table in an ARP storm, which costs no other port and no station, and have room again', async () => {
    await driver.write('tap1', [request(), solicitation(MAC, GLOBAL, ROUTED)]);
    const before = await driver.mapBytes();
    const storm = Array.from({ length: 8192 }, (_, index) =>
      request([], `10.1.${index >> 8}.${index & 0xff}`),
    );
    await driver.write('tap0', [ethernet(OTHER, 0x88b5, ''), ...storm]);
    const learned = await driver.read('tap0');
    expect(learned.stations.map(({ station }) => station.mac)).toEqual([MAC, OTHER]);
    // a thousand find room; of those the newest are told
    expect(claimsIn(learned)).toEqual(
      Array.from({ length: 64 }, (_, back) => `${MAC} 10.1.3.${255 - back} asserted`),
    );
    await driver.write('tap0', [request([], '10.9.9.9')]);
    expect(claimsIn(await driver.read('tap0'))).toContain(`${MAC} 10.9.9.9 asserted`);
    expect(claimsIn(await driver.read('tap1'))).toEqual([
      `${MAC} ${GLOBAL} asserted`,
      `${MAC} ${IP} asserted`,
    ]);
    expect(before).toBeGreaterThan(0);
    expect(await driver.mapBytes()).toBeLessThan(3 * before);
  });

  it.each([1, 2, 3, 4])('survive any frame (seed %d)', async (seed) => {
    const below = randomBelow(seed);
    for (let turn = 0; turn < 8; turn++) {
      await driver.write(
        'tap0',
        Array.from({ length: 256 }, () => anyFrame(below)),
      );
      for (const claim of claimsIn(await driver.read('tap0'))) {
        expect(claim).toMatch(/^52:54:00:00:00:01(\/\d+)? [0-9a-f.:]+ (asserted|answered)( router| host)?$/);
      }
    }
    await driver.write('tap0', [request([[C_TAG, 77]], '10.7.7.7')]);
    expect(claimsIn(await driver.read('tap0'))).toContain(`${MAC}/77 10.7.7.7 asserted`);
  });
});

/** Numbers from 0 to below `end`, the same for the same seed (xorshift32). */
const randomBelow = (seed: number): ((end: number) => number) => {
  let state = seed * 0x9e3779b1;
  return (end) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % end;
  };
};

const GOOD = [
  request(),
  solicitation(MAC, GLOBAL, ROUTED),
  advertisement(MAC, GLOBAL, OVERRIDE),
  igmp(MAC, 0x22),
  mld(MAC, 143, [], 3),
];
const ETHER_TYPES = [0x0806, 0x0800, 0x86dd, C_TAG, S_TAG, 0x8035];

/** Bytes at random behind an Ethernet header, or a frame that was right until some bytes were changed and cut off. */
const anyFrame = (below: (end: number) => number): string => {
  const isDamaged = below(2) === 0;
  const bytes = isDamaged
    ? Buffer.from(GOOD[below(GOOD.length)] ?? '', 'hex')
    : Buffer.from(ethernet(MAC, ETHER_TYPES[below(ETHER_TYPES.length)] ?? 0, '00'.repeat(120)), 'hex');
  for (let changes = isDamaged ? below(5) : 120; changes > 0; changes--) {
    bytes[14 + below(bytes.length - 14)] = below(256);
  }
  return bytes.subarray(0, 14 + below(bytes.length - 13)).toString('hex');
};
