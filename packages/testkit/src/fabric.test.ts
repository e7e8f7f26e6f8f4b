import { stationOf } from '@nic-herald/core';
import { encodeRarp, MacAddress, rarpLength, VlanId } from '@nic-herald/wire';
import { expect, test } from 'vitest';
import { Fabric } from './fabric.js';
import { FabricGuest } from './fabric-guest.js';
import { FabricSink } from './fabric-sink.js';
import { FakeClock } from './fake-clock.js';
import { StationProbes } from './station-probes.js';

const PRIMARY = MacAddress.of('52:54:00:00:00:01');
const MACVLAN = stationOf(MacAddress.of('52:54:00:aa:00:01'));
const stations = [stationOf(PRIMARY), stationOf(PRIMARY, VlanId.of(10)), MACVLAN];

const migrated = () => {
  const clock = new FakeClock();
  const fabric = new Fabric(clock);
  const [source, destination] = [fabric.addHost('A'), fabric.addHost('B')];
  const [from, to] = [source.addGuestPort('tapA'), destination.addGuestPort('tapB')];
  const guest = new FabricGuest(clock, { primaryMac: PRIMARY, stations });
  guest.speak(from);
  const probes = new StationProbes({ clock, from: fabric.peer, to, stations });
  return { clock, fabric, destination, guest, to, probes };
};

test('the network knows a guest that spoke at the source, from everywhere', () => {
  const { destination, fabric } = migrated();
  for (const { mac, vlan } of stations) {
    expect(fabric.switch.lookup(mac, vlan)).toBe('A');
    expect(destination.bridge.lookup(mac, vlan)).toBe('uplink');
  }
});

test('with QEMU alone the untagged primary comes back, and the rest stays dark until it ages out', async () => {
  const { clock, guest, probes, to } = migrated();
  guest.resume(to);
  probes.start();
  await clock.advance(4000);
  expect(probes.results()).toEqual([
    { station: stations[0], backAfterMs: 2 },
    { station: stations[1] },
    { station: stations[2] },
  ]);
  expect(probes.allBack).toBe(false);
  await clock.advance(296_000);
  expect(probes.allBack).toBe(true);
  expect(probes.results().map(({ backAfterMs }) => backAfterMs)).toEqual([2, 300_000, 300_000]);
});

test('a sink speaks for the guest at its port, so that both bridges move it', async () => {
  const { clock, destination, fabric, guest, probes, to } = migrated();
  guest.resume(to);
  probes.start();
  const lengths = stations.map(rarpLength);
  const starts = Uint32Array.from([
    0,
    ...lengths.map((_, i) => lengths.slice(0, i + 1).reduce((a, b) => a + b, 0)),
  ]);
  const bytes = new Uint8Array(starts.at(-1) ?? 0);
  for (const [index, station] of stations.entries()) encodeRarp(station, bytes, starts[index] ?? 0);
  const sink = new FabricSink(destination, clock);
  const channel = await sink.open({ kind: 'tap', name: 'tapB' }, { direction: 'from-guest' });
  expect(channel.prepare({ bytes, starts }).send()).toEqual({ accepted: 3 });
  await clock.advance(10);
  expect(probes.results().map(({ backAfterMs }) => backAfterMs)).toEqual([2, 2, 2]);
  expect(sink.sent.map(({ at, frame }) => [at, frame.source, frame.vlan])).toEqual(
    stations.map(({ mac, vlan }) => [clock.now() - 10, mac, vlan ?? 0]),
  );
  expect(fabric.switch.lookup(PRIMARY, 10)).toBe('B');
  expect(destination.bridge.lookup(PRIMARY, 10)).toBe('tapB');
});

test('frames sent on the uplink alone leave the host bridge with its stale entry', async () => {
  const { clock, destination, guest, probes, to } = migrated();
  guest.resume(to);
  probes.start();
  const frame = new Uint8Array(60);
  encodeRarp(MACVLAN, frame, 0);
  const uplink = destination.bridge.port('uplink');
  uplink?.receive(frame); // as if a frame had come over the uplink: the bridge learns it there
  await clock.advance(1000);
  expect(probes.results()[2]).toEqual({ station: MACVLAN });
});

test('a sink knows the ports of its own host only', async () => {
  const { clock, destination } = migrated();
  const sink = new FabricSink(destination, clock);
  expect(await sink.claim({ kind: 'tap', name: 'tapA' }, { direction: 'from-guest' })).toHaveProperty(
    'refusal',
  );
  await expect(sink.open({ kind: 'tap', name: 'tapA' }, { direction: 'from-guest' })).rejects.toMatchObject({
    code: 'HERALD_FABRIC_PORT',
  });
});
