// Runs the contracts of the Linux sink and learners under node:test, in the namespace it was started in. See linux.test.ts.
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import type { FrameDirection, Station } from '@nic-herald/core';
import { BpfLearner, BridgeLearner } from '@nic-herald/learner-linux';
import { LinuxTapSink } from '@nic-herald/sink-linux';
import { frameSinkContract, stationLearnerContract, testContract } from '@nic-herald/testkit';
import { encodeRarp, rarpLength } from '@nic-herald/wire';
import { TapEnd } from '../privileged/tap-end.js';

const port = { kind: 'tap', name: 'tap0' };
const missing = { kind: 'tap', name: 'tap9' };
const guest = new TapEnd(port.name);

/** The port, forgotten by its bridge. */
const quietPort = () => {
  execFileSync('ip', ['link', 'set', 'dev', port.name, 'type', 'bridge_slave', 'fdb_flush']);
  return port;
};

const frameFrom = ({ mac, vlan }: Station): Uint8Array => {
  const frame = { mac, vlan };
  const bytes = new Uint8Array(rarpLength(frame));
  encodeRarp(frame, bytes, 0);
  return bytes;
};

const sink = frameSinkContract({
  open: async () => ({ sink: new LinuxTapSink(), port, missing, close: async () => {} }),
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
      speak: async (stations) => {
        for (const station of stations) {
          const frame = frameFrom(station);
          guest.write(frame, frame.length);
        }
      },
      close: async () => {},
    }),
    noInject: 'telling its own frames apart is tried by the tests of the learners, with the real sink',
  });
  void describe(learner.name, () => testContract(suite, { describe, it }));
}
