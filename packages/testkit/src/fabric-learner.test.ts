import { type Station, stationOf } from '@nic-herald/core';
import { encodeRarp, Ipv4Address, Ipv6Address, MacAddress, rarpLength, VlanId } from '@nic-herald/wire';
import { describe, expect, it, test } from 'vitest';
import { testContract } from './contract/contract-suite.js';
import { stationLearnerContract } from './contract/station-learner-contract.js';
import { Fabric } from './fabric.js';
import { FabricLearner } from './fabric-learner.js';
import { FabricSink } from './fabric-sink.js';
import { FakeClock } from './fake-clock.js';
import { arpFrame, discoveryFrame, igmpReportFrame, mldReportFrame } from './spoken-frames.js';

const mac = (last: number) => MacAddress.of(`52:54:00:00:00:0${last}`);
const stationAt = (last: number, vlan?: number) =>
  stationOf(mac(last), vlan === undefined ? undefined : VlanId.of(vlan));
const NOBODY = Ipv4Address.of('0.0.0.0');
const GATEWAY = Ipv4Address.of('192.0.2.254');
const ipv4 = (last: number) => Ipv4Address.of(`192.0.${last >> 8}.${last & 0xff}`);
const asks = (last: number, senderIp: Ipv4Address, vlan?: number): Uint8Array =>
  arpFrame(stationAt(last, vlan), { operation: 'request', senderIp, targetIp: GATEWAY });
const answers = (last: number, senderIp: Ipv4Address, vlan?: number): Uint8Array =>
  arpFrame(stationAt(last, vlan), { operation: 'reply', senderIp, targetIp: GATEWAY });
const frameOf = (last: number, vlan?: number): Uint8Array => asks(last, NOBODY, vlan);
const { signal } = new AbortController();
const TAP = { kind: 'tap', name: 'tapA' } as const;

const learning = async () => {
  const clock = new FakeClock();
  const host = new Fabric(clock).addHost('A');
  const port = host.addGuestPort('tapA');
  const learner = new FabricLearner(host, clock);
  return { clock, host, port, learner, at: await learner.open(TAP) };
};

test('learns MAC and VLAN of what enters at the port, the latest first, with its age', async () => {
  const { at, clock, port } = await learning();
  port.receive(frameOf(1, 10));
  port.receive(frameOf(1));
  await clock.advance(5);
  port.receive(frameOf(1, 10));
  port.receive(frameOf(2, 20));
  await clock.advance(1);
  expect(await at.read({ signal })).toMatchObject({
    exactVlans: true,
    stations: [
      { station: { mac: mac(2), vlan: 20 }, ageMs: 1 },
      { station: { mac: mac(1), vlan: 10 }, ageMs: 1 },
      { station: { mac: mac(1) }, ageMs: 6 },
    ],
  });
});

test('does not take for the guest what a sink put in, nor what comes to it, nor another port', async () => {
  const { at, clock, host, port } = await learning();
  const bytes = frameOf(3);
  const channel = await new FabricSink(host, clock).open(TAP, { direction: 'from-guest' });
  channel.prepare({ bytes, starts: Uint32Array.of(0, bytes.length) }).send();
  host.bridge.port('uplink')?.receive(frameOf(4));
  host.addGuestPort('tapB').receive(frameOf(5));
  expect((await at.read({ signal })).stations).toEqual([]);
  port.receive(bytes);
  expect((await at.read({ signal })).stations).toHaveLength(1);
});

test('does not take for the guest what QEMU announces', async () => {
  const { at, port } = await learning();
  for (const station of [stationAt(1), stationAt(1, 10)]) {
    const bytes = new Uint8Array(rarpLength(station));
    encodeRarp(station, bytes, 0);
    port.receive(bytes);
  }
  expect((await at.read({ signal })).stations).toEqual([]);
});

test('knows nothing of before it was opened or after it was closed, nor of ports of other hosts', async () => {
  const { at, learner, port } = await learning();
  port.receive(frameOf(1));
  const late = await learner.open(TAP);
  expect((await late.read({ signal })).stations).toEqual([]);
  await at.close();
  port.receive(frameOf(2));
  expect((await at.read({ signal })).stations).toHaveLength(1);
  expect(await learner.claim({ kind: 'tap', name: 'tapZ' })).toHaveProperty('refusal');
  await expect(learner.open({ kind: 'tap', name: 'tapZ' })).rejects.toMatchObject({
    code: 'HERALD_FABRIC_PORT',
  });
});

test('holds so many and no more, whatever a guest invents', async () => {
  const { at, port } = await learning();
  const frame = frameOf(0);
  for (let number = 0; number < 5000; number++) {
    new DataView(frame.buffer).setUint16(10, number);
    port.receive(frame);
  }
  const { capacity, stations } = await at.read({ signal });
  expect([stations.length, stations[0]?.station.mac]).toEqual([capacity, '52:54:00:00:13:87']);
});

test('learns the addresses that the guest proves to own, and whom it asks for, each at its station', async () => {
  const { at, clock, port } = await learning();
  const [link, routed] = [Ipv6Address.of('fe80::1'), Ipv6Address.of('2001:db8::1')];
  port.receive(asks(1, ipv4(1), 10));
  await clock.advance(5);
  port.receive(answers(1, ipv4(1), 10)); // has spoken from it before
  port.receive(answers(1, ipv4(2), 10));
  port.receive(asks(1, ipv4(1)));
  port.receive(discoveryFrame(stationAt(2), { type: 'neighbour-solicitation', source: link }));
  await clock.advance(1);
  const advertised = { type: 'neighbour-advertisement', source: link, target: routed, flags: 0xe0 } as const;
  port.receive(discoveryFrame(stationAt(2), advertised));
  port.receive(discoveryFrame(stationAt(2), { type: 'router-solicitation', source: link }));
  expect((await at.read({ signal })).stations).toEqual([
    {
      station: stationAt(2),
      ageMs: 0,
      addresses: [
        { address: link, proof: 'asserted', ageMs: 0, router: false },
        { address: routed, proof: 'answered', ageMs: 0, router: true },
      ].toReversed(),
    },
    {
      station: stationAt(1),
      ageMs: 1,
      addresses: [{ address: ipv4(1), proof: 'asserted', ageMs: 1 }],
      asked: [{ address: GATEWAY, ageMs: 1 }],
    },
    {
      station: stationAt(1, 10),
      ageMs: 1,
      addresses: [
        { address: ipv4(2), proof: 'answered', ageMs: 1 },
        { address: ipv4(1), proof: 'asserted', ageMs: 6 },
      ],
      asked: [{ address: GATEWAY, ageMs: 6 }],
    },
  ]);
});

test('an answer counts once nothing was spoken from the address for long', async () => {
  const { at, clock, port } = await learning();
  const owned = async () => (await at.read({ signal })).stations[0]?.addresses;
  const address = ipv4(1);
  port.receive(answers(1, address));
  port.receive(asks(1, address));
  await clock.advance(200_000);
  port.receive(answers(1, address));
  await clock.advance(100_000);
  expect(await owned()).toEqual([{ address, proof: 'asserted', ageMs: 300_000 }]);
  await clock.advance(1);
  expect(await owned()).toEqual([{ address, proof: 'answered', ageMs: 100_001 }]);
  port.receive(asks(1, address));
  await clock.advance(300_001);
  expect(await owned()).toEqual([{ address, proof: 'asserted', ageMs: 300_001 }]);
});

test('does not take for the guest an address that a sink put in', async () => {
  const { at, clock, host, port } = await learning();
  port.receive(frameOf(1));
  const bytes = asks(1, ipv4(1));
  const channel = await new FabricSink(host, clock).open(TAP, { direction: 'from-guest' });
  channel.prepare({ bytes, starts: Uint32Array.of(0, bytes.length) }).send();
  expect((await at.read({ signal })).stations).toEqual([{ station: stationAt(1), ageMs: 0 }]);
});

test('holds so many addresses of a station and no more, the latest proved', async () => {
  const { at, port } = await learning();
  for (let number = 1; number <= 1000; number++) port.receive(asks(1, ipv4(number)));
  port.receive(asks(2, ipv4(7)));
  const { stations } = await at.read({ signal });
  expect(stations.map(({ addresses = [] }) => addresses.length)).toEqual([1, 64]);
  const kept = new Set(stations[1]?.addresses?.map(({ address }) => address));
  expect(kept).toEqual(new Set(Array.from({ length: 64 }, (_, index) => ipv4(937 + index))));
});

test('counts what the guest tells of its multicast groups, each VLAN apart, and nothing else', async () => {
  const { at, clock, host, port } = await learning();
  expect((await at.read({ signal })).multicastReports).toEqual([]);
  const igmp = (vlan?: number) => igmpReportFrame(stationAt(1, vlan), ipv4(1), [Ipv4Address.of('239.1.1.1')]);
  const mld = (vlan?: number) =>
    mldReportFrame(stationAt(1, vlan), Ipv6Address.of('fe80::1'), [Ipv6Address.of('ff15::1')]);
  for (const frame of [igmp(), igmp(10), igmp(10), mld(10), frameOf(1), asks(1, ipv4(1))])
    port.receive(frame);
  const bytes = igmp();
  const channel = await new FabricSink(host, clock).open(TAP, { direction: 'from-guest' });
  channel.prepare({ bytes, starts: Uint32Array.of(0, bytes.length) }).send();
  host.bridge.port('uplink')?.receive(mld());
  expect((await at.read({ signal })).multicastReports).toEqual([
    { igmp: 1, mld: 0 },
    { vlan: 10, igmp: 2, mld: 1 },
  ]);
});

const contract = stationLearnerContract({
  open: async () => {
    const { clock, host, learner, port } = await learning();
    const send = async (frames: readonly Uint8Array[]): Promise<void> => {
      for (const frame of frames) port.receive(frame);
    };
    const injectFrames = async (frames: readonly Uint8Array[]): Promise<void> => {
      const channel = await new FabricSink(host, clock).open(TAP, { direction: 'from-guest' });
      for (const bytes of frames) channel.prepare({ bytes, starts: Uint32Array.of(0, bytes.length) }).send();
    };
    const spoken = (stations: readonly Station[]): readonly Uint8Array[] =>
      stations.map((station) =>
        arpFrame(station, { operation: 'request', senderIp: NOBODY, targetIp: GATEWAY }),
      );
    return {
      learner,
      port: TAP,
      missing: { kind: 'tap', name: 'tapZ' },
      speak: (stations) => send(spoken(stations)),
      send,
      inject: (stations) => injectFrames(spoken(stations)),
      injectFrames,
      close: async () => {},
    };
  },
  tellsAddresses: true,
  countsReports: true,
});
testContract(contract, { describe, it });

test('remembers few of those that a station asks for, the last ones', async () => {
  const { at, port } = await learning();
  for (let last = 1; last <= 12; last += 1) {
    port.receive(
      arpFrame(stationAt(1), { operation: 'request', senderIp: ipv4(1), targetIp: ipv4(100 + last) }),
    );
  }
  const [station] = (await at.read({ signal })).stations;
  expect(station?.asked?.map(({ address }) => address)).toEqual(
    Array.from({ length: 8 }, (_, n) => ipv4(112 - n)),
  );
});
