import type { NicDescriptor, Snapshot } from '@nic-herald/core';
import { type BridgePort, Fabric, FabricSink, FakeClock } from '@nic-herald/testkit';
import { encodeRarp, type MacAddress, rarpLength } from '@nic-herald/wire';
import { FakeGuest } from './fake-guest.js';
import { snapshotOf, TestHost, type TestHostOptions } from './test-host.js';

/** A frame that left: ms since the host was made, its port, and `1` or `1/10`, as `LeftFrame` has them. */
interface Left {
  readonly at: number;
  readonly port: string;
  readonly station: string;
}

/** A host on the fabric whose kernel can let frames leave by themselves. */
export class ArmedHost {
  private constructor(
    readonly test: TestHost,
    readonly sink: FabricSink,
    private readonly ports: ReadonlyMap<string, BridgePort>,
    private readonly since: number,
  ) {}

  static async compose(
    options: TestHostOptions = {},
    ports: readonly string[] = ['tap0', 'tap1'],
  ): Promise<ArmedHost> {
    const clock = options.clock ?? new FakeClock();
    const host = new Fabric(clock).addHost('B');
    const made = new Map(ports.map((name) => [name, host.addGuestPort(name)]));
    const sink = new FabricSink(host, clock, { arms: true });
    const test = await TestHost.compose({ ...options, clock, sinks: [sink] });
    test.sink.directions.delete('from-guest');
    return new ArmedHost(test, sink, made, clock.now());
  }

  /** A guest is about to come, and what was handed over lies there. */
  static async awaiting(
    options: TestHostOptions = {},
    handed: Snapshot | 'nothing' = snapshotOf(),
    descriptors?: readonly NicDescriptor[],
  ): Promise<{ readonly host: ArmedHost; readonly test: TestHost; readonly guest: FakeGuest }> {
    const host = await ArmedHost.compose(options);
    const { test } = host;
    const guest = new FakeGuest();
    if (descriptors !== undefined) guest.descriptors = [...descriptors];
    if (handed !== 'nothing') await test.handoff.memory.publish(handed);
    await test.appear(guest, 'incoming');
    return { host, test, guest };
  }

  /** The hypervisor announces one of its guest's cards. */
  announces(mac: MacAddress, port = 'tap0'): void {
    const frame = new Uint8Array(rarpLength({ mac }));
    encodeRarp({ mac }, frame, 0);
    this.ports.get(port)?.receive(frame);
  }

  get left(): readonly Left[] {
    const sent = this.sink.sent.filter(({ direction }) => direction === 'from-guest');
    return sent.map(({ at, port, frame: { source, vlan } }) => {
      const number = Number.parseInt(source.slice(12).replace(':', ''), 16);
      return { at: at - this.since, port, station: vlan === 0 ? `${number}` : `${number}/${vlan}` };
    });
  }

  get stations(): readonly string[] {
    return this.left.map(({ station }) => station);
  }
}
