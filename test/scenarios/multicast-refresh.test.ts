import {
  ANNOUNCE_POLICY,
  DEFAULT_GUEST_POLICY,
  type Guest,
  type GuestPolicy,
  type HeraldPlugin,
  type MigrationReport,
  type Port,
  type PortClaim,
  type SinkOptions,
  stationOf,
} from '@nic-herald/core';
import { multicastOf } from '@nic-herald/core/internal';
import { type ComposedHost, composeHost } from '@nic-herald/host';
import {
  type BridgePort,
  Fabric,
  FabricGuest,
  type FabricHost,
  FabricLearner,
  FabricSink,
  FakeClock,
  fabricPlugin,
  MemoryHandoff,
  PlayedMonitor,
  type SentFrame,
} from '@nic-herald/testkit';
import {
  decodeIgmpQuery,
  decodeMldQuery,
  IpAddress,
  isDecodeError,
  MacAddress,
  multicastReport,
  rarpSeal,
  SEAL_LENGTH,
  sealRarp,
  VlanId,
} from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';

/** A seal is of one move: agents make it of a name that they invent at their start. */
const withoutSeal = (sent: SentFrame): SentFrame => {
  const { bytes } = sent.frame;
  if (rarpSeal(bytes) === undefined) return sent;
  const plain = bytes.slice();
  sealRarp(plain, new Uint8Array(SEAL_LENGTH));
  return { ...sent, frame: { ...sent.frame, bytes: plain } };
};

const MAC = MacAddress.of('52:54:00:00:00:01');
const VLAN = VlanId.of(10);
const ip = IpAddress.of;
/** In IPv4 and IPv6 groups untagged, and in an IPv4 group on VLAN 10. */
const GROUPS = [
  { group: ip('239.1.1.1') },
  { group: ip('ff15::1234') },
  { group: ip('239.2.2.2'), vlan: VLAN },
];
const ROUNDS_AT_MS = [0, 50, 200, 450, 800];
const ONCE = ['igmp', 'mld', 'igmp/10', 'mld/10'];

/** `igmp`, `mld/10` for what `read` makes something of. */
const nameOf = (protocol: string, vlan: VlanId | undefined): string =>
  vlan === undefined ? protocol : `${protocol}/${vlan}`;

const queryOf = (bytes: Uint8Array): string | undefined => {
  const igmp = decodeIgmpQuery(bytes);
  if (!isDecodeError(igmp)) return nameOf('igmp', igmp.vlan);
  const mld = decodeMldQuery(bytes);
  return isDecodeError(mld) ? undefined : nameOf('mld', mld.vlan);
};

const reportOf = (bytes: Uint8Array): string | undefined => {
  const report = multicastReport(bytes);
  return report && nameOf(report.protocol, report.vlan);
};

const askedOf = (report: MigrationReport | undefined) => report && multicastOf(report).get('nic0');

/** A sink for ports through which nothing can be sent to the guest. */
class OneWaySink extends FabricSink {
  override async claim(port: Port, options: Pick<SinkOptions, 'direction'>): Promise<PortClaim> {
    return options.direction === 'from-guest' ? super.claim(port, options) : { refusal: 'one way' };
  }
}

interface Options {
  readonly policy?: Partial<GuestPolicy>;
  readonly oneWay?: boolean;
  /** The guest is stopped so long after it resumed, ms. */
  readonly stopsAfterMs?: number;
}

/** One guest moves from host A to host B, both with an agent; what each place heard since it resumed. */
const migrate = async ({ policy = {}, oneWay = false, stopsAfterMs }: Options = {}) => {
  const clock = new FakeClock();
  const fabric = new Fabric(clock);
  const handoff = new MemoryHandoff();
  const rules: HeraldPlugin = {
    name: 'rules',
    contract: 2,
    install: (registrar) =>
      registrar.provide(ANNOUNCE_POLICY, {
        value: { forGuest: () => ({ ...DEFAULT_GUEST_POLICY, ...policy }) },
      }),
  };
  const agent = async (name: string, phase: 'running' | 'incoming') => {
    const at: FabricHost = fabric.addHost(name);
    const port = at.addGuestPort(`tap${name}`);
    const sink = oneWay ? new OneWaySink(at, clock) : new FabricSink(at, clock);
    const learner = new FabricLearner(at, clock);
    const monitor = new PlayedMonitor();
    const plugins = [fabricPlugin({ clock, sink, learner, handoff }), rules, monitor.plugin];
    const host = await composeHost(plugins, { name });
    const { intake } = monitor;
    const guest: Guest = {
      identity: { name: 'web-1' },
      instance: name,
      hypervisor: { name: 'fabric', version: '1' },
      nics: async () => [
        { id: 'nic0', type: 'fabric-card', primaryMac: MAC, port: { kind: 'tap', name: port.name } },
      ],
      inspect: () => {
        throw new Error('no model looks at this card');
      },
    };
    const reports: MigrationReport[] = [];
    host.bus.on('announce:finished', ({ report }) => reports.push(report));
    const appear = (): void => intake.appeared({ guest, phase });
    return { at, port, sink, host, intake, guest, reports, appear };
  };

  const source = await agent('A', 'running');
  const destination = await agent('B', 'incoming');
  const addresses = ['192.0.2.1', 'fe80::1'].map(ip);
  const moving = new FabricGuest(clock, {
    primaryMac: MAC,
    stations: [
      { ...stationOf(MAC), addresses },
      { ...stationOf(MAC, VLAN), addresses: [ip('198.51.100.1')] },
    ],
    groups: GROUPS,
  });
  source.appear();
  await clock.settle();
  moving.run(source.port);
  moving.speak(source.port);
  await clock.advance(1000);
  destination.appear();
  await clock.settle();
  source.intake.outgoing({ guest: source.guest });
  await clock.advance(100);

  const resumedAt = clock.now();
  /** `450 igmp/10`: what of a kind left a bridge at a port, and when. */
  const listen = (port: BridgePort, read: (bytes: Uint8Array) => string | undefined): readonly string[] => {
    const heard: string[] = [];
    port.onFrame(({ bytes }) => {
      const what = read(bytes);
      if (what !== undefined) heard.push(`${clock.now() - resumedAt} ${what}`);
    });
    return heard;
  };
  const uplinkOf = ({ at }: typeof source): BridgePort => {
    const port = at.bridge.port('uplink');
    if (port === undefined) throw new Error('a host without an uplink');
    return port;
  };
  const atGuest = listen(destination.port, queryOf);
  const elsewhere = [uplinkOf(source), uplinkOf(destination), source.port, fabric.peer].map((port) =>
    listen(port, queryOf),
  );
  const atPeer = listen(fabric.peer, reportOf);

  source.intake.stopped({ guest: source.guest });
  moving.stop();
  destination.intake.resumed({
    guest: destination.guest,
    resumedAt,
    readAt: resumedAt,
  });
  moving.resume(destination.port);
  if (stopsAfterMs !== undefined) {
    await clock.advance(stopsAfterMs);
    destination.intake.stopped({ guest: destination.guest });
    moving.stop();
  }
  await clock.advance(2000);
  const [report] = destination.reports;
  const hosts: readonly ComposedHost[] = [source.host, destination.host];
  for (const host of hosts) await host.close();
  return { atGuest, elsewhere: elsewhere.flat(), atPeer, report, announced: destination.sink.sent };
};

describe('a guest in multicast groups, untagged and on a VLAN that only its traffic shows', () => {
  it('is asked for them at its port alone, answers, and its answers reach the switches', async () => {
    const { atGuest, elsewhere, atPeer, report } = await migrate();
    expect(atGuest).toEqual(ROUNDS_AT_MS.flatMap((at) => ONCE.map((query) => `${at} ${query}`)));
    expect(elsewhere).toEqual([]);
    expect(atPeer).toEqual(
      ROUNDS_AT_MS.flatMap((at) => ['igmp', 'mld', 'igmp/10'].map((told) => `${at + 1} ${told}`)),
    );
    expect(askedOf(report)).toEqual({
      vlans: [10],
      queries: 20,
      reports: [
        { igmp: 4, mld: 4 }, // the answers to the last round come after the report
        { vlan: 10, igmp: 4, mld: 0 },
      ],
    });
  });

  it('is not asked where the policy does not want it, and stays silent', async () => {
    const { atGuest, elsewhere, atPeer, report } = await migrate({ policy: { multicastRefresh: false } });
    expect([atGuest, elsewhere, atPeer]).toEqual([[], [], []]);
    expect(report?.outcome).toBe('announced');
    expect(report).not.toHaveProperty('sections');
  });

  it('is announced as ever where nothing can be sent to it', async () => {
    const { atGuest, elsewhere, report, announced } = await migrate({ oneWay: true });
    expect([atGuest, elsewhere]).toEqual([[], []]);
    expect(askedOf(report)).toEqual({
      vlans: [],
      queries: 0,
      problem:
        'nic0: no sink of this host can send to the guest through its port tapB of kind tap; fabric: one way',
    });
    const asEver = await migrate();
    const ofStations = asEver.announced.filter(({ direction }) => direction === 'from-guest');
    expect(ofStations.length).toBeGreaterThan(0);
    expect(announced.map(withoutSeal)).toEqual(ofStations.map(withoutSeal));
    expect(report).toMatchObject({ outcome: 'announced', warnings: [] });
  });

  it('is not asked any more once it is stopped', async () => {
    const { atGuest, elsewhere, report } = await migrate({ stopsAfterMs: 60 });
    expect(atGuest).toEqual([0, 50].flatMap((at) => ONCE.map((query) => `${at} ${query}`)));
    expect(elsewhere).toEqual([]);
    expect(report?.outcome).toBe('superseded');
    expect(askedOf(report)).toEqual({
      vlans: [10],
      queries: 8,
      reports: [
        { igmp: 2, mld: 2 },
        { vlan: 10, igmp: 2, mld: 0 },
      ],
    });
  });
});
