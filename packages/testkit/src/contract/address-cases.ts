import { type LearnedStations, MAX_SNAPSHOT_ADDRESSES, stationKey, stationOf } from '@nic-herald/core';
import { Ipv4Address, Ipv6Address, MacAddress, VlanId } from '@nic-herald/wire';
import { arpFrame, discoveryFrame } from '../spoken-frames.js';
import { demand } from './contract-broken.js';
import type { ContractCase } from './contract-suite.js';
import { injectTo, type SpokenCases, sendTo } from './opened-learner.js';
import { tick } from './tick.js';

const ONE = stationOf(MacAddress.of('52:54:00:aa:00:01'));
const TWO = stationOf(MacAddress.of('52:54:00:aa:00:02'), VlanId.of(10));
const OWN = Ipv4Address.of('192.0.2.1');
const OTHER = Ipv4Address.of('192.0.2.2');
const NOBODY = Ipv4Address.of('0.0.0.0');
const LINK = Ipv6Address.of('fe80::5054:ff:feaa:1');
const TARGET = Ipv6Address.of('2001:db8::1');
const UNSPECIFIED = Ipv6Address.of('::');
const [ROUTER, SOLICITED, OVERRIDE] = [0x80, 0x40, 0x20];

const asked = { operation: 'request', senderIp: OWN, targetIp: OTHER } as const;
const answered = { ...asked, operation: 'reply' } as const;
const solicited = { type: 'neighbour-solicitation', source: LINK, target: TARGET } as const;
const advertised = { ...solicited, type: 'neighbour-advertisement', flags: OVERRIDE } as const;

/** A learner that tells which IP addresses the guest proved to own, and none that it did not. */
export const addressCases = ({ learning, noInject, skip }: SpokenCases): readonly ContractCase[] => [
  learning(
    'tells which IP addresses the guest proved to own, how, and at which station',
    async (opened, read) => {
      await sendTo(opened)([
        arpFrame(ONE, asked),
        arpFrame(TWO, answered),
        discoveryFrame(ONE, solicited),
        discoveryFrame(TWO, { ...advertised, source: TARGET }),
        discoveryFrame(TWO, { ...advertised, target: LINK, flags: OVERRIDE | SOLICITED }),
      ]);
      demandAddresses(
        await read(),
        [
          `${stationKey(ONE)} ${OWN} asserted`,
          `${stationKey(ONE)} ${LINK} asserted`,
          `${stationKey(TWO)} ${OWN} answered`,
          `${stationKey(TWO)} ${TARGET} asserted, no router`,
          `${stationKey(TWO)} ${LINK} answered, no router`,
        ],
        'after the guest spoke from two stations',
      );
    },
    skip,
  ),
  learning(
    'tells what the guest said last of being a router',
    async (opened, read) => {
      const send = sendTo(opened);
      await send([discoveryFrame(ONE, { ...advertised, flags: OVERRIDE | ROUTER })]);
      const [key, address] = [stationKey(ONE), TARGET];
      demandAddresses(
        await read(),
        [`${key} ${address} asserted, router`],
        'after it advertised as a router',
      );
      await send([discoveryFrame(ONE, advertised), discoveryFrame(ONE, { ...solicited, source: TARGET })]);
      demandAddresses(await read(), [`${key} ${address} asserted, no router`], 'after it did so as none');
    },
    skip,
  ),
  learning(
    'holds on to the better proof when the guest answers for an address too',
    async (opened, read) => {
      await sendTo(opened)([
        ...[arpFrame(ONE, asked), arpFrame(ONE, answered)],
        ...[arpFrame(TWO, answered), arpFrame(TWO, asked)],
      ]);
      demandAddresses(
        await read(),
        [ONE, TWO].map((station) => `${stationKey(station)} ${OWN} asserted`),
        'after it spoke from an address and answered for it',
      );
    },
    skip,
  ),
  learning(
    "takes no address for the guest's own that it did not prove to be",
    async (opened, read) => {
      await sendTo(opened)([
        arpFrame(ONE, { ...asked, senderIp: NOBODY }),
        arpFrame(ONE, { ...asked, senderMac: TWO.mac }),
        discoveryFrame(ONE, { ...solicited, source: UNSPECIFIED, named: undefined }),
        discoveryFrame(ONE, { ...solicited, hopLimit: 64 }),
        discoveryFrame(ONE, { ...solicited, named: TWO.mac }),
        discoveryFrame(ONE, { ...advertised, flags: SOLICITED }),
        discoveryFrame(ONE, { type: 'router-solicitation', source: LINK, named: undefined }),
        arpFrame(TWO, asked),
      ]);
      demandAddresses(
        await read(),
        [`${stationKey(TWO)} ${OWN} asserted`],
        'after probes for duplicates, routed packets and words about another MAC',
      );
    },
    skip,
  ),
  learning(
    'holds no more addresses than a snapshot takes, however many a guest makes up',
    async (opened, read) => {
      const send = sendTo(opened);
      const made = Array.from({ length: 4 * MAX_SNAPSHOT_ADDRESSES }, (_, index) =>
        Ipv4Address.of(`198.51.${index >> 7}.${(index & 127) + 1}`),
      );
      await send(made.map((senderIp) => arpFrame(ONE, { ...asked, senderIp })));
      await tick();
      await send([arpFrame(ONE, asked)]);
      const { stations } = await read();
      const addresses = stations.find(({ station }) => station.mac === ONE.mac)?.addresses ?? [];
      demand(
        addresses.some(({ address }) => address === OWN),
        `the last address that was proved is not among the ${addresses.length} of ${made.length + 1}: where there are too many the longest unproved make room`,
      );
    },
    skip,
  ),
  learning(
    "does not take for the guest's own an address that nic-herald injected",
    async (opened, read, at) => {
      await sendTo(opened)([arpFrame(ONE, asked)]);
      await injectTo(opened)([
        arpFrame(ONE, { ...asked, senderIp: OTHER }),
        discoveryFrame(ONE, { ...advertised, source: TARGET }),
      ]);
      at.injected?.([ONE]);
      demandAddresses(
        await read(),
        [`${stationKey(ONE)} ${OWN} asserted`],
        'after nic-herald announced two other addresses',
      );
    },
    skip ?? noInject,
  ),
];

const demandAddresses = ({ stations }: LearnedStations, wanted: readonly string[], when: string): void => {
  const got = stations.flatMap(({ station, addresses = [] }) =>
    addresses.map(({ address, proof, router }) => {
      const said = router === undefined ? '' : `, ${router ? 'router' : 'no router'}`;
      return `${stationKey(station)} ${address} ${proof}${said}`;
    }),
  );
  const inOrder = (all: readonly string[]): string =>
    [...all].sort((one, other) => (one < other ? -1 : 1)).join('; ') || 'none';
  const [is, want] = [inOrder(got), inOrder(wanted)];
  demand(is === want, `\`read\` gave the addresses ${is.slice(0, 400)} ${when}: ${want} are wanted`);
};
