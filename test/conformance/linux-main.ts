// Runs the contracts of the Linux sink, learners and network watch under node:test, in the namespace it was started in. See linux.test.ts.
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FrameDirection, Station } from '@nic-herald/core';
import { BpfLearner, BridgeLearner, LinuxNetworkWatch } from '@nic-herald/learner-linux';
import { openPacketSocket, SendBatch } from '@nic-herald/linux-sys';
import { LinuxTapSink } from '@nic-herald/sink-linux';
import {
  frameSinkContract,
  networkWatchContract,
  stationLearnerContract,
  testContract,
} from '@nic-herald/testkit';
import { arpLength, encodeArp, Ipv4Address, MacAddress } from '@nic-herald/wire';
import { TapEnd } from '../privileged/tap-end.js';
import { rarpFrom } from './rarp-from.js';
import { realClock } from './real-clock.js';

const port = { kind: 'tap', name: 'tap0' };
const missing = { kind: 'tap', name: 'tap9' };
const guest = new TapEnd(port.name);

/** The port, forgotten by its bridge. */
const quietPort = () => {
  execFileSync('ip', ['link', 'set', 'dev', port.name, 'type', 'bridge_slave', 'fdb_flush']);
  return port;
};

/** A probe for duplicates: it proves no address, and unlike RARP it is a guest's and not QEMU's. */
const frameFrom = ({ mac, vlan }: Station): Uint8Array => {
  const probe = { destination: EVERYBODY, source: mac, vlan, operation: 'request', senderMac: mac } as const;
  const frame = { ...probe, senderIp: NOBODY, targetMac: UNKNOWN, targetIp: Ipv4Address.of('192.0.2.1') };
  const bytes = new Uint8Array(arpLength(frame));
  encodeArp(frame, bytes, 0);
  return bytes;
};
const EVERYBODY = MacAddress.of('ff:ff:ff:ff:ff:ff');
const UNKNOWN = MacAddress.of('00:00:00:00:00:00');
const NOBODY = Ipv4Address.of('0.0.0.0');

const send = async (frames: readonly Uint8Array[]): Promise<void> => {
  for (const frame of frames) guest.write(frame, frame.length);
};

const sink = frameSinkContract({
  open: async () => ({
    sink: new LinuxTapSink(realClock),
    port,
    missing,
    hypervisorAnnounces: (mac, vlan) => send([rarpFrom(mac, vlan)]),
    close: async () => {},
  }),
  directions: ['from-guest', 'to-guest'] satisfies FrameDirection[],
  noHeard: 'what leaves a real tap is heard by the tests of the sink itself',
});
void describe('the tap sink', () => testContract(sink, { describe, it }));

for (const learner of [BpfLearner, BridgeLearner]) {
  const suite = stationLearnerContract({
    open: async () => ({
      learner: new learner(1024),
      port: quietPort(),
      missing,
      speak: (stations) => send(stations.map(frameFrom)),
      send,
      close: async () => {},
    }),
    tellsAddresses: learner === BpfLearner,
    countsReports: learner === BpfLearner,
    noInject: 'telling its own frames apart is tried by the tests of the learners, with the real sink',
  });
  void describe(learner.name, () => testContract(suite, { describe, it }));
}

/** Longer than a look at the bridge counts, and than the uplink takes to be listened at. */
const SETTLED_MS = 700;

/** From the network beyond the uplink up0, or from the guest. */
const sendAt = async (at: string, frames: readonly Uint8Array[]): Promise<void> => {
  if (at === port.name) return send(frames);
  const wire = openPacketSocket({ interfaceName: 'wire0' });
  for (const frame of frames) new SendBatch(wire, frame, Uint32Array.of(0, frame.length)).send();
  await wire.closeInBackground();
};

const watch = networkWatchContract({
  open: async () => {
    quietPort();
    execFileSync('ip', ['link', 'set', 'dev', 'up0', 'type', 'bridge_slave', 'fdb_flush']);
    return {
      watch: new LinuxNetworkWatch({ inKernel: true }),
      port,
      missing,
      elsewhere: 'up0',
      send: sendAt,
      settle: () => sleep(SETTLED_MS),
      close: async () => {},
    };
  },
  tellsAddresses: true,
});
void describe('the network watch', () => testContract(watch, { describe, it }));
