import { stationOf } from '@nic-herald/core';
import { type IpAddress, Ipv4Address, MacAddress, VlanId } from '@nic-herald/wire';
import { describe, expect, it, test } from 'vitest';
import { testContract } from './contract/contract-suite.js';
import { networkWatchContract } from './contract/network-watch-contract.js';
import { Fabric } from './fabric.js';
import { FabricNetworkWatch } from './fabric-network-watch.js';
import { FabricSink } from './fabric-sink.js';
import { FakeClock } from './fake-clock.js';
import { arpFrame } from './spoken-frames.js';

const GUEST = { kind: 'tap', name: 'tapA' } as const;
const IP = Ipv4Address.of('192.0.2.1');
const mac = (last: number) => MacAddress.of(`52:54:00:00:00:0${last}`);
const asks = (last: number, vlan?: number): Uint8Array =>
  arpFrame(stationOf(mac(last), vlan === undefined ? undefined : VlanId.of(vlan)), {
    operation: 'request',
    senderIp: IP,
    targetIp: Ipv4Address.of('192.0.2.254'),
  });

const laid = () => {
  const clock = new FakeClock();
  const host = new Fabric(clock).addHost('A');
  const guest = host.addGuestPort('tapA');
  const other = host.addGuestPort('tapB');
  const hostMacs = [mac(9)];
  const watch = new FabricNetworkWatch(host, clock, { hostMacs });
  const look = async (port: string, macs: readonly MacAddress[], addresses: readonly IpAddress[] = []) =>
    watch.look(
      { kind: 'tap', name: port },
      { macs: new Set(macs), addresses: new Set(addresses), signal: new AbortController().signal },
    );
  return { clock, host, guest, other, watch, look };
};

describe('the network watch of the fabric', () => {
  const suite = networkWatchContract({
    open: async () => {
      const { host, watch } = laid();
      return {
        watch,
        port: GUEST,
        missing: { kind: 'tap', name: 'tapZ' },
        elsewhere: 'uplink',
        send: async (at, frames) => {
          for (const frame of frames) host.bridge.port(at)?.receive(frame);
        },
        settle: async () => {},
        close: async () => {},
      };
    },
    tellsAddresses: true,
  });
  testContract(suite, { describe, it });
});

test('tells what its host has, and of a MAC on whichever VLAN that the VLAN is not known', async () => {
  const { clock, guest, look } = laid();
  guest.receive(asks(1, 10));
  await clock.advance(5);
  expect(await look('tapA', [mac(1)])).toEqual({
    sightings: [{ mac: mac(1), vlanUnknown: true, port: 'tapA', ageMs: 5 }],
    hostMacs: [mac(9)],
    hostAddresses: [],
  });
});

test('tells the time before the last of one MAC at one port, and nothing of what a sink put in', async () => {
  const { clock, host, other, look } = laid();
  await look('tapA', [], [IP]);
  other.receive(asks(1, 10));
  await clock.advance(5);
  other.receive(asks(1, 10));
  await clock.advance(1);
  const of = { mac: mac(1), vlan: 10, address: IP, proof: 'asserted', port: 'tapB' };
  expect((await look('tapA', [], [IP]))?.sightings).toEqual([{ ...of, ageMs: 1, earlierAgeMs: 6 }]);
  const channel = await new FabricSink(host, clock).open(
    { kind: 'tap', name: 'tapB' },
    { direction: 'from-guest' },
  );
  const bytes = asks(2, 10);
  channel.prepare({ bytes, starts: Uint32Array.of(0, bytes.length) }).send();
  expect((await look('tapA', [], [IP]))?.sightings).toEqual([{ ...of, ageMs: 1, earlierAgeMs: 6 }]);
  other.receive(asks(2, 10));
  expect((await look('tapA', [], [IP]))?.sightings).toEqual([{ ...of, mac: mac(2), ageMs: 0 }]);
});

test('does not listen at a port that was asked about, which has a learner, nor once it is closed', async () => {
  const { guest, other, look, watch } = laid();
  await look('tapA', [], [IP]);
  guest.receive(asks(1));
  expect((await look('tapB', [], [IP]))?.sightings).toEqual([]);
  other.receive(asks(1));
  expect((await look('tapB', [], [IP]))?.sightings).toEqual([]);
  await watch.close();
  guest.receive(asks(1));
  expect((await look('tapB', [], [IP]))?.sightings).toEqual([]);
});

test('forgets an address that was not asked about for ten minutes', async () => {
  const { clock, host, look } = laid();
  await look('tapA', [], [IP]);
  await clock.advance(600_001);
  await look('tapA', []);
  host.bridge.port('uplink')?.receive(asks(1));
  expect((await look('tapA', [], [IP]))?.sightings).toEqual([]);
});
