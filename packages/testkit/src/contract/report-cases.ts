import { type MulticastReports, stationOf } from '@nic-herald/core';
import { Ipv4Address, Ipv6Address, MacAddress, VlanId } from '@nic-herald/wire';
import { arpFrame, igmpReportFrame, mldReportFrame } from '../spoken-frames.js';
import { demand, quote } from './contract-broken.js';
import type { ContractCase } from './contract-suite.js';
import { injectTo, type SpokenCases, sendTo } from './opened-learner.js';

const ONE = stationOf(MacAddress.of('52:54:00:aa:00:01'));
const TWO = stationOf(MacAddress.of('52:54:00:aa:00:02'), VlanId.of(10));
const OWN = Ipv4Address.of('192.0.2.1');
const OTHER = Ipv4Address.of('192.0.2.2');
const IGMP_GROUP = Ipv4Address.of('239.1.1.1');
const LINK = Ipv6Address.of('fe80::5054:ff:feaa:1');
const MLD_GROUP = Ipv6Address.of('ff15::1234');

const igmp = (station: typeof ONE): Uint8Array => igmpReportFrame(station, OWN, [IGMP_GROUP]);
const mld = (station: typeof ONE): Uint8Array => mldReportFrame(station, LINK, [MLD_GROUP]);
const other = arpFrame(ONE, { operation: 'request', senderIp: OWN, targetIp: OTHER });

/** A learner that counts how often the guest told of its multicast groups. */
export const reportCases = ({ learning, noInject, skip }: SpokenCases): readonly ContractCase[] => [
  learning(
    'counts what the guest tells of its multicast groups, each VLAN apart',
    async (opened, read) => {
      const send = sendTo(opened);
      await send([igmp(ONE), mld(TWO), mld(TWO), other]);
      const first = [
        { igmp: 1, mld: 0 },
        { vlan: 10, igmp: 0, mld: 2 },
      ];
      demandCounts((await read()).multicastReports, first, 'after one report untagged and two on VLAN 10');
      await send([igmp(TWO)]);
      const second = [
        { igmp: 1, mld: 0 },
        { vlan: 10, igmp: 1, mld: 2 },
      ];
      demandCounts((await read()).multicastReports, second, 'after one more on VLAN 10');
    },
    skip,
  ),
  learning(
    'does not count what nic-herald injected',
    async (opened, read, at) => {
      await sendTo(opened)([igmp(ONE)]);
      await injectTo(opened)([igmp(ONE), mld(ONE)]);
      at.injected?.([ONE]);
      demandCounts((await read()).multicastReports, [{ igmp: 1, mld: 0 }], 'after nic-herald injected two');
    },
    skip ?? noInject,
  ),
];

const demandCounts = (
  reports: readonly MulticastReports[] | undefined,
  wanted: readonly MulticastReports[],
  when: string,
): void => {
  const inOrder = (all: readonly MulticastReports[]): string =>
    quote(
      all
        .filter((each) => each.igmp + each.mld > 0)
        .map(({ vlan = 0, ...counts }) => [vlan, counts.igmp, counts.mld])
        .sort(([a = 0], [b = 0]) => a - b),
    );
  demand(
    reports !== undefined && inOrder(reports) === inOrder(wanted),
    `\`multicastReports\` is ${quote(reports)} ${when}: ${quote(wanted)} are wanted`,
  );
};
