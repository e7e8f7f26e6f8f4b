import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  advertisement,
  arp,
  C_TAG,
  ethernet,
  ipv4,
  OVERRIDE,
  routerAdvertisement,
  routerSolicitation,
  S_TAG,
  SOLICITED,
  solicitation,
} from './learner-frames.js';
import type { NetworkSandbox } from './network-sandbox.js';
import type { NetworkWatchDriver } from './network-watch-driver.js';
import {
  ANOTHER_PICTURE_MS,
  answers,
  asks,
  from,
  GUEST,
  IP,
  listening,
  macOf,
  missing,
  NEIGHBOUR,
  OTHER,
  SLOW_MS,
  seen,
  seenNext,
  told,
  type Watching,
  watching,
} from './watched-network.js';

describe.skipIf(missing)(
  `watching the network of a real bridge${missing ? ` (skipped: ${missing})` : ''}`,
  { timeout: SLOW_MS },
  () => {
    describe('by its forwarding table', () => {
      let host: NetworkSandbox;
      let driver: NetworkWatchDriver;
      beforeAll(async () => {
        ({ host, driver } = await watching());
      }, SLOW_MS);
      afterAll(() => host.remove());

      it.each([
        ['is not there', 'tap9'],
        ['is in no bridge', 'wire0'],
        ['is the bridge itself', 'br0'],
        ['has a name that none can have', '../../etc/passwd'],
      ])('says nothing of a port that %s', async (_what, port) => {
        expect((await driver.look(port, { macs: [GUEST], addresses: [IP] })).look).toBeNull();
      });

      it('tells where each MAC that is asked for was learned, its VLAN unknown, and no other', async () => {
        await driver.write('tap0', [from(GUEST)]);
        await driver.write('tap1', [from(OTHER)]);
        await driver.write('wire0', [from(NEIGHBOUR), from(macOf(1))]);
        const request = { macs: [GUEST, OTHER, NEIGHBOUR, macOf(2)] };
        expect(await seenNext(driver, request)).toEqual([
          `tap0 ${GUEST} ?`,
          `tap1 ${OTHER} ?`,
          `up0 ${NEIGHBOUR} ?`,
        ]);
        await driver.write('tap1', [from(GUEST)]);
        expect(await seenNext(driver, request)).toContain(`tap1 ${GUEST} ?`);
        const { look } = await driver.look('tap1', { macs: [NEIGHBOUR] });
        expect(look?.sightings[0]?.ageMs).toBeGreaterThanOrEqual(2 * ANOTHER_PICTURE_MS - 100);
        expect(look?.sightings[0]?.ageMs).toBeLessThan(20_000);
      });

      it('reads the table once for all questions of half a second', async () => {
        const request = { macs: [macOf(3)] };
        expect(await seenNext(driver, request)).toEqual([]);
        await driver.write('tap0', [from(macOf(3))]);
        expect(await seen(driver, request)).toEqual([]);
        expect(await seenNext(driver, request)).toEqual([`tap0 ${macOf(3)} ?`]);
      });

      it('leaves out what a person put into the table, and counts what is local as the host’s', async () => {
        host.bridge(`fdb add ${macOf(4)} dev tap1 master static`);
        host.bridge(`fdb add ${macOf(5)} dev tap1 master local`);
        await sleep(ANOTHER_PICTURE_MS);
        const { look } = await driver.look('tap0', { macs: [macOf(4), macOf(5)] });
        expect(look?.sightings).toEqual([]);
        expect(look?.hostMacs).toContain(macOf(5));
        expect(look?.hostMacs).not.toContain(macOf(4));
      });

      it('tells the host’s own MACs and addresses there, of its bridge, uplink, taps and of what stands on the bridge', async () => {
        host.ipAll([
          'link add mv0 link br0 address 52:54:00:00:0a:0a type macvlan mode bridge',
          'link add other0 type veth peer name other1',
          'addr add 192.0.2.5/24 dev br0',
          'addr add 192.0.2.6/24 dev mv0',
          'addr add 198.51.100.6/24 dev other0',
        ]);
        host.sysctl('net/ipv6/conf/br0/disable_ipv6', '0');
        host.ip('addr add fe80::5/64 dev br0 nodad');
        await sleep(ANOTHER_PICTURE_MS);
        const { look } = await driver.look('tap0', {});
        const macs = JSON.parse(host.ip('-j link show')) as { ifname: string; address: string }[];
        const of = (name: string) => macs.find(({ ifname }) => ifname === name)?.address ?? name;
        expect(look?.hostMacs).toEqual(expect.arrayContaining(['br0', 'up0', 'mv0', 'tap0', 'tap1'].map(of)));
        expect(look?.hostMacs).not.toContain(of('other0'));
        expect(look?.hostAddresses).toEqual(expect.arrayContaining(['192.0.2.5', '192.0.2.6', 'fe80::5']));
        expect(look?.hostAddresses).not.toContain('198.51.100.6');
      });

      it('answers fifty questions about a table of 10 000 entries at once, in short turns', async () => {
        const macs = Array.from({ length: 10_000 }, (_, index) => macOf(100 + index));
        for (let first = 0; first < macs.length; first += 1000) {
          await driver.write('tap1', macs.slice(first, first + 1000).map(from));
        }
        await sleep(ANOTHER_PICTURE_MS);
        const all = await driver.look('tap0', { macs });
        expect(all.look?.sightings.length).toBe(10_000);
        expect(all.turns).toBeGreaterThan(5);
        await sleep(ANOTHER_PICTURE_MS);
        const one = await driver.look('tap0', { macs: [macOf(107)] }, 50);
        expect(one.look?.sightings.map(told)).toEqual([`tap1 ${macOf(107)} ?`]);
        expect(one.tookMs).toBeLessThan(10 * all.tookMs); // and not fifty times
      });
    });

    describe('by who speaks', () => {
      const speak: readonly (readonly [
        string,
        (ip: string, ip6: string) => string,
        (ip: string, ip6: string) => readonly string[],
      ])[] = [
        ['an ARP request', (ip) => asks(NEIGHBOUR, ip), (ip) => [`- ${ip} asserted`]],
        ['one in VLAN 22', (ip) => asks(NEIGHBOUR, ip, [C_TAG, 22]), (ip) => [`22 ${ip} asserted`]],
        [
          'one with a priority tag',
          (ip) => asks(NEIGHBOUR, ip, [C_TAG, 0x6000]),
          (ip) => [`- ${ip} asserted`],
        ],
        [
          'a gratuitous ARP reply',
          (ip) => arp({ mac: NEIGHBOUR, operation: 2, senderIp: ip, targetIp: ip }),
          (ip) => [`- ${ip} asserted`],
        ],
        ['an ARP reply', (ip) => answers(NEIGHBOUR, ip), (ip) => [`- ${ip} answered`]],
        [
          'a solicitation',
          (_, ip) => solicitation(NEIGHBOUR, ip, 'fe80::1'),
          (_, ip) => [`- ${ip} asserted`],
        ],
        [
          'an unasked advertisement',
          (_, ip) => advertisement(NEIGHBOUR, ip, OVERRIDE),
          (_, ip) => [`- ${ip} asserted`],
        ],
        [
          'an advertisement that was asked for',
          (_, ip) => advertisement(NEIGHBOUR, ip, OVERRIDE | SOLICITED),
          (_, ip) => [`- ${ip} answered`],
        ],
        [
          'a router solicitation',
          (_, ip) => routerSolicitation(NEIGHBOUR, ip),
          (_, ip) => [`- ${ip} asserted`],
        ],
        [
          'a router advertisement',
          (_, ip) => routerAdvertisement(NEIGHBOUR, ip),
          (_, ip) => [`- ${ip} asserted`],
        ],
        [
          'a probe for duplicates',
          (ip) => arp({ mac: NEIGHBOUR, operation: 1, senderIp: '0.0.0.0', targetIp: ip }),
          () => [],
        ],
        [
          'an ARP that names another MAC',
          (ip) => arp({ mac: NEIGHBOUR, operation: 1, senderIp: ip, targetIp: ip, senderMac: OTHER }),
          () => [],
        ],
        ['an ARP from a group', (ip) => asks('01:00:5e:00:00:01', ip), () => []],
        ['an ARP in VLAN 4095', (ip) => asks(NEIGHBOUR, ip, [C_TAG, 4095]), () => []],
        ['an ARP behind a service tag', (ip) => asks(NEIGHBOUR, ip, [S_TAG, 22]), () => []],
        ['a proxy’s advertisement', (_, ip) => advertisement(NEIGHBOUR, ip, 0), () => []],
        [
          'a routed solicitation',
          (_, ip) => solicitation(NEIGHBOUR, ip, 'fe80::1', { hopLimit: 254 }),
          () => [],
        ],
        ['a packet', (ip) => ipv4(NEIGHBOUR, ip, 17, '00'.repeat(20)), () => []],
        ['a RARP', (ip) => ethernet(NEIGHBOUR, 0x8035, asks(NEIGHBOUR, ip).slice(28)), () => []],
      ];
      const ips = (index: number) =>
        [`192.0.2.${100 + index}`, `2001:db8::${(index + 1).toString(16)}`] as const;
      let at: Watching;
      beforeAll(async () => {
        at = await watching();
        const addresses = speak.flatMap((_, index) => ips(index));
        await listening(at, ...addresses, '192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4');
        await at.driver.write(
          'wire0',
          speak.map(([, frame], index) => frame(...ips(index))),
        );
        await sleep(ANOTHER_PICTURE_MS);
      }, SLOW_MS);
      afterAll(() => at.host.remove());

      it.each(speak.map(([what, , expected], index) => [what, ips(index), expected] as const))(
        'tells who spoke from an address by %s',
        async (_what, addresses, expected) => {
          expect(await seen(at.driver, { addresses })).toEqual(
            expected(...addresses).map((one) => `up0 ${NEIGHBOUR} ${one}`),
          );
        },
      );

      it('tells nothing of an address that was not asked about when it spoke', async () => {
        await at.driver.write('wire0', [asks(NEIGHBOUR, '192.0.2.9')]);
        expect(await seenNext(at.driver, { addresses: ['192.0.2.9'] })).toEqual([]);
      });

      it('tells the time before the last of the same MAC at the same port, and none of another', async () => {
        const addresses = ['192.0.2.1'];
        await at.driver.write('wire0', [asks(NEIGHBOUR, '192.0.2.1')]);
        await sleep(ANOTHER_PICTURE_MS);
        await at.driver.write('wire0', [asks(NEIGHBOUR, '192.0.2.1')]);
        await sleep(ANOTHER_PICTURE_MS);
        const [two] = (await at.driver.look('tap0', { addresses })).look?.sightings ?? [];
        expect((two?.earlierAgeMs ?? 0) - (two?.ageMs ?? 0)).toBeGreaterThanOrEqual(ANOTHER_PICTURE_MS - 5);
        await at.driver.write('wire0', [asks(OTHER, '192.0.2.1')]);
        await sleep(ANOTHER_PICTURE_MS);
        const [one] = (await at.driver.look('tap0', { addresses })).look?.sightings ?? [];
        expect(one).toMatchObject({ mac: OTHER, port: 'up0' });
        expect(one).not.toHaveProperty('earlierAgeMs');
      });

      it('keeps what is answered apart from what is asserted', async () => {
        await at.driver.write('wire0', [asks(NEIGHBOUR, '192.0.2.2'), answers(OTHER, '192.0.2.2')]);
        expect(await seenNext(at.driver, { addresses: ['192.0.2.2'] })).toEqual([
          `up0 ${NEIGHBOUR} - 192.0.2.2 asserted`,
          `up0 ${OTHER} - 192.0.2.2 answered`,
        ]);
      });

      it('does not take what nic-herald put in, which carries the port’s number as its mark', async () => {
        const mark = at.host.indexOf('up0'); // a cable within one namespace keeps marks
        await at.driver.write('wire0', [asks(NEIGHBOUR, '192.0.2.3')], mark);
        await at.driver.write('wire0', [asks(NEIGHBOUR, '192.0.2.4')], mark + 1);
        expect(await seenNext(at.driver, { addresses: ['192.0.2.3', '192.0.2.4'] })).toEqual([
          `up0 ${NEIGHBOUR} - 192.0.2.4 asserted`,
        ]);
      });
    });
  },
);
