import { type LearnedStations, stationKey } from '@nic-herald/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LearnerDriver } from './learner-driver.js';
import { arp, C_TAG, cut, S_TAG, solicitation, type Tag } from './learner-frames.js';
import { NetworkSandbox, privilegeMissing } from './network-sandbox.js';

const missing = privilegeMissing();
const MAC = '52:54:00:00:00:01';
const OTHER = '52:54:00:00:00:02';
const IP = '192.0.2.1';
const ROUTER = '192.0.2.254';

const ask = (targetIp: string, tags: readonly Tag[] = [], senderIp = IP): string =>
  arp({ mac: MAC, operation: 1, senderIp, targetIp, tags });

/** `station: those it asked for`, the last first. */
const askedIn = ({ stations }: LearnedStations): readonly string[] =>
  stations.flatMap(({ station, asked }) =>
    asked === undefined ? [] : [`${stationKey(station)}: ${asked.map(({ address }) => address).join(', ')}`],
  );

describe.skipIf(missing)(`whom guests ask for at real taps${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let host: NetworkSandbox;
  let driver: LearnerDriver;
  beforeAll(async () => {
    host = new NetworkSandbox(['tap0']);
    driver = new LearnerDriver(host);
    await driver.hold('tap0');
  });
  afterAll(() => host.remove());
  beforeEach(() => driver.open('tap0'));
  afterEach(() => driver.close('tap0'));

  it.each<[string, string[]]>([
    ['a probe', [ask(ROUTER, [], '0.0.0.0')]],
    ['an announcement of itself', [ask(IP)]],
    ['a reply', [arp({ mac: MAC, operation: 2, senderIp: IP, targetIp: ROUTER })]],
    [
      'a request of somebody else',
      [arp({ mac: MAC, operation: 1, senderIp: IP, targetIp: ROUTER, senderMac: OTHER })],
    ],
    ['a request for no host', ['0.0.0.0', '224.0.0.1', '255.255.255.255'].map((ip) => ask(ip))],
    ['a request behind a service tag', [ask(ROUTER, [[S_TAG, 22]])]],
    ['half a request', [cut(ask(ROUTER), 41)]],
    [
      'a neighbour solicitation: a router is solicited without its address',
      [solicitation(MAC, '2001:db8::1', '2001:db8::ff')],
    ],
  ])('are not told by %s', async (_what, frames) => {
    await driver.write('tap0', frames);
    expect(askedIn(await driver.read('tap0'))).toEqual([]);
  });

  it.each<[string, string[], string[]]>([
    ['a request', [ask(ROUTER)], [`${MAC}: ${ROUTER}`]],
    ['a request on a VLAN', [ask(ROUTER, [[C_TAG, 22]])], [`${MAC}/22: ${ROUTER}`]],
    ['the same again', [ask(ROUTER), ask('192.0.2.7'), ask(ROUTER)], [`${MAC}: ${ROUTER}, 192.0.2.7`]],
  ])('are told by %s', async (_what, frames, wanted) => {
    await driver.write('tap0', frames);
    expect(askedIn(await driver.read('tap0'))).toEqual(wanted);
  });

  it('are few of each station, whatever it asks for, and take no place of another', async () => {
    const other = arp({ mac: OTHER, operation: 1, senderIp: '192.0.2.2', targetIp: ROUTER });
    const scan = Array.from({ length: 254 }, (_, last) => ask(`198.51.100.${last + 1}`));
    await driver.write('tap0', [other, ...scan, ask(ROUTER)]);
    const told = askedIn(await driver.read('tap0'));
    const [scanner = '', quiet] = told;
    expect([told.length, quiet]).toEqual([2, `${OTHER}: ${ROUTER}`]);
    expect(scanner).toMatch(new RegExp(`^${MAC}: ${ROUTER}, `));
    expect(scanner.split(', ').length).toBeLessThanOrEqual(8);
  });
});
