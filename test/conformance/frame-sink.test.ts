import { Fabric, FabricSink, FakeClock, frameSinkContract, testContract } from '@nic-herald/testkit';
import { describe, it } from 'vitest';
import { rarpFrom } from './rarp-from.js';

const fabricOf = (arms: boolean) =>
  frameSinkContract({
    open: async () => {
      const clock = new FakeClock();
      const host = new Fabric(clock).addHost('A');
      const port = host.addGuestPort('tapA');
      const { name } = port;
      const sink = new FabricSink(host, clock, { arms });
      return {
        sink,
        hypervisorAnnounces: async (mac, vlan) => {
          port.receive(rarpFrom(mac, vlan));
        },
        port: { kind: 'tap', name },
        missing: { kind: 'tap', name: 'tapB' },
        heard: async () => sink.sent.map(({ frame }) => frame.bytes),
        breakDown: async () => {
          sink.breakDown();
          return async () => sink.mend();
        },
        close: async () => {},
      };
    },
    directions: ['from-guest', 'to-guest'],
  });
describe('the sink of the fabric', () => testContract(fabricOf(false), { describe, it }));
describe('the sink of the fabric that can arm', () => testContract(fabricOf(true), { describe, it }));
