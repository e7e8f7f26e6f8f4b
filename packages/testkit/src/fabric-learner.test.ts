import { stationOf } from '@nic-herald/core';
import { encodeRarp, MacAddress, rarpLength, VlanId } from '@nic-herald/wire';
import { expect, test } from 'vitest';
import { Fabric } from './fabric.js';
import { FabricLearner } from './fabric-learner.js';
import { FabricSink } from './fabric-sink.js';
import { FakeClock } from './fake-clock.js';

const mac = (last: number) => MacAddress.of(`52:54:00:00:00:0${last}`);
const frameOf = (last: number, vlan?: number): Uint8Array => {
  const station = stationOf(mac(last), vlan === undefined ? undefined : VlanId.of(vlan));
  const bytes = new Uint8Array(rarpLength(station));
  encodeRarp(station, bytes, 0);
  return bytes;
};
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
  expect(await at.read()).toMatchObject({
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
  const channel = await new FabricSink(host, clock).open(TAP, 'from-guest');
  channel.prepare({ bytes, starts: Uint32Array.of(0, bytes.length) }).send();
  host.bridge.port('uplink')?.receive(frameOf(4));
  host.addGuestPort('tapB').receive(frameOf(5));
  expect((await at.read()).stations).toEqual([]);
  port.receive(bytes);
  expect((await at.read()).stations).toHaveLength(1);
});

test('knows nothing of before it was opened or after it was closed, nor of ports of other hosts', async () => {
  const { at, learner, port } = await learning();
  port.receive(frameOf(1));
  const late = await learner.open(TAP);
  expect((await late.read()).stations).toEqual([]);
  await at.close();
  port.receive(frameOf(2));
  expect((await at.read()).stations).toHaveLength(1);
  expect(learner.supports({ kind: 'tap', name: 'tapZ' })).toBe(false);
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
  const { capacity, stations } = await at.read();
  expect([stations.length, stations[0]?.station.mac]).toEqual([capacity, '52:54:00:00:13:87']);
});
