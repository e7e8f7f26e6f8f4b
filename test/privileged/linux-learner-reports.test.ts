import type { MulticastReports } from '@nic-herald/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LearnerDriver } from './learner-driver.js';
import { C_TAG, cut, igmp, ipv4, mld, S_TAG } from './learner-frames.js';
import { NetworkSandbox, privilegeMissing } from './network-sandbox.js';

const missing = privilegeMissing();
const MAC = '52:54:00:00:00:01';
const OTHER = '52:54:00:00:00:02';
const IP = '192.0.2.1';

describe.skipIf(missing)(`multicast reports at a real tap${missing ? ` (skipped: ${missing})` : ''}`, () => {
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

  it.each<[string, string[], MulticastReports[]]>([
    ['a query', [igmp(MAC, 0x11)], []],
    ['a leave', [igmp(MAC, 0x17)], []],
    ['another packet with a router alert', [ipv4(MAC, IP, 46, '16000000', { options: '94040000' })], []],
    ['a later fragment', [ipv4(MAC, IP, 2, '16000000', { fragment: 1 })], []],
    ['a report cut off before its type', [cut(ipv4(MAC, IP, 2, '', { options: '16'.repeat(40) }), 74)], []],
    [
      'a report whose header is too short',
      [ipv4(MAC, '22.0.0.1', 2, '16000000').replace('080045', '080043')],
      [],
    ],
    ['a report behind a service tag', [igmp(MAC, 0x22, [[S_TAG, 22]])], []],
    [
      'a report behind two tags',
      [
        igmp(MAC, 0x22, [
          [C_TAG, 22],
          [C_TAG, 33],
        ]),
      ],
      [],
    ],
    ['a report in VLAN 4095', [igmp(MAC, 0x22, [[C_TAG, 4095]])], []],
    ['a listener query', [mld(MAC, 130)], []],
    ['a listener done', [mld(MAC, 132)], []],
    [
      'something else behind a hop-by-hop header',
      [mld(MAC, 143).replace('3a0005020000', '110005020000')],
      [],
    ],
    ['a listener report behind a service tag', [mld(MAC, 143, [[S_TAG, 22]])], []],
    ['a listener report cut off', [cut(mld(MAC, 143, [], 1), 70)], []],
    ['a report of each version', [0x12, 0x16, 0x22].map((type) => igmp(MAC, type)), [{ igmp: 3, mld: 0 }]],
    ['a report without options', [ipv4(MAC, IP, 2, '16000000')], [{ igmp: 1, mld: 0 }]],
    ['a first fragment', [ipv4(MAC, IP, 2, '16000000', { fragment: 0x2000 })], [{ igmp: 1, mld: 0 }]],
    ['a report with a priority tag', [igmp(MAC, 0x22, [[C_TAG, 0x6000]])], [{ igmp: 1, mld: 0 }]],
    ['a listener report of each version', [131, 143].map((type) => mld(MAC, type)), [{ igmp: 0, mld: 2 }]],
    ['a listener report behind a longer header', [mld(MAC, 143, [], 2)], [{ igmp: 0, mld: 1 }]],
    [
      'reports of two stations in two VLANs',
      [igmp(MAC, 0x22), igmp(OTHER, 0x22), igmp(OTHER, 0x16, [[C_TAG, 7]]), mld(MAC, 143, [[C_TAG, 7]])],
      [
        { igmp: 2, mld: 0 },
        { vlan: 7, igmp: 1, mld: 1 },
      ],
    ],
  ])('counts of %s what it reports', async (_what, frames, reports) => {
    await driver.write('tap0', frames);
    expect((await driver.read('tap0')).multicastReports).toEqual(reports);
  });
});
