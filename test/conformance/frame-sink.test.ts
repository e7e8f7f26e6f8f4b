import { Fabric, FabricSink, FakeClock, frameSinkContract, testContract } from '@nic-herald/testkit';
import { describe, it } from 'vitest';

const fabric = frameSinkContract({
  open: async () => {
    const clock = new FakeClock();
    const host = new Fabric(clock).addHost('A');
    const { name } = host.addGuestPort('tapA');
    const sink = new FabricSink(host, clock);
    return {
      sink,
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
describe('the sink of the fabric', () => testContract(fabric, { describe, it }));
