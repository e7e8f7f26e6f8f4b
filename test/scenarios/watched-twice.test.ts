import {
  type Guest,
  type GuestIntake,
  type GuestKey,
  type HeraldError,
  type LearnedStation,
  type MigrationReport,
  stationOf,
} from '@nic-herald/core';
import { SNAPSHOT_FORMAT } from '@nic-herald/core/internal';
import { composeHost } from '@nic-herald/host';
import {
  Fabric,
  FabricGuest,
  FabricLearner,
  FabricSink,
  FakeClock,
  fabricPlugin,
  MemoryHandoff,
  PlayedMonitor,
} from '@nic-herald/testkit';
import { MacAddress, VlanId } from '@nic-herald/wire';
import { describe, expect, test } from 'vitest';

const MAC = MacAddress.of('52:54:00:00:00:01');
const STATIONS = [undefined, 10, 20].map((vlan) =>
  stationOf(MAC, vlan === undefined ? undefined : VlanId.of(vlan)),
);
const PROCESS = { bootId: 'boot', pid: 7, startTicks: 1 };
const ROUNDS = 5;

/** The guest as one monitor reports it, in the one process that it has. */
const guestAs = (instance: string, over: Partial<Guest> = {}): Guest => ({
  identity: { name: 'web-1', uuid: '6b1d1c9e-0000-4000-8000-000000000001' },
  instance,
  hypervisor: { name: 'QEMU', version: '9' },
  process: PROCESS,
  startedAt: 1,
  origin: 'incoming',
  nics: async () => [
    { id: 'nic0', type: 'fabric-card', primaryMac: MAC, port: { kind: 'tap', name: 'tap0' } },
  ],
  inspect: () => {
    throw new Error('no model looks at this card');
  },
  ...over,
});

/** Host B with two monitors; host A handed over the guest, which is about to come. */
const composed = async () => {
  const clock = new FakeClock();
  const fabric = new Fabric(clock);
  const [from, to] = [fabric.addHost('A'), fabric.addHost('B')];
  const [sink, learner] = [new FabricSink(to, clock), new FabricLearner(to, clock)];
  const handoff = new MemoryHandoff();
  const [libvirt, qmp] = [new PlayedMonitor(), new PlayedMonitor()];
  const plugins = [
    fabricPlugin({ clock, sink, learner, handoff }),
    { ...libvirt.plugin, name: 'libvirt' },
    { ...qmp.plugin, name: 'qmp' },
  ];
  const host = await composeHost(plugins, { name: 'B' });
  const reports: MigrationReport[] = [];
  const warnings: HeraldError[] = [];
  const facts: string[] = [];
  host.bus.on('announce:finished', ({ report }) => reports.push(report));
  host.bus.on('warning', ({ warning }) => warnings.push(warning));
  host.bus.on('guest:appeared', ({ guest, phase }) => facts.push(`${guest.instance} appeared ${phase}`));
  host.bus.on('guest:gone', ({ guest }) => facts.push(`${guest.instance} gone`));
  host.bus.on('guest:resumed', ({ guest }) => facts.push(`${guest.instance} resumed`));
  await handoff.publish({
    format: SNAPSHOT_FORMAT,
    guest: 'uuid:6b1d1c9e-0000-4000-8000-000000000001' as GuestKey,
    host: 'A',
    epoch: 1,
    nics: [
      {
        id: 'nic0',
        primaryMac: MAC,
        model: 'primary-mac',
        learned: STATIONS.map((station): LearnedStation => ({ station, ageMs: 0, addresses: [] })),
      },
    ],
  });
  new FabricGuest(clock, { primaryMac: MAC, stations: STATIONS }).speak(from.addGuestPort('tap0'));
  to.addGuestPort('tap0');
  await clock.advance(100);
  const watched = {
    libvirt: { guest: guestAs('libvirt:web-1#1'), intake: libvirt.intake },
    qmp: { guest: guestAs('/run/web.qmp#1'), intake: qmp.intake },
  };
  const codes = () => warnings.map(({ code }) => code);
  const instances = () => host.guests().map(({ instance }) => instance);
  const heard = () => sink.sent.filter(({ direction }) => direction === 'from-guest').length;
  return { clock, codes, facts, fabric, handoff, heard, host, instances, reports, warnings, watched };
};

type Watched = { readonly guest: Guest; readonly intake: GuestIntake };

const resume = (clock: FakeClock, { guest, intake }: Watched): void =>
  intake.resumed({ guest, resumedAt: clock.now(), readAt: clock.now() });

describe.each([
  ['libvirt', 'qmp'],
  ['qmp', 'libvirt'],
] as const)('a guest of which %s tells first and %s second', (one, other) => {
  test('is one guest, is told of once, and is announced once though both tell that it resumed', async () => {
    const { clock, codes, facts, fabric, handoff, heard, host, instances, reports, warnings, watched } =
      await composed();
    const [first, second] = [watched[one], watched[other]];
    first.intake.appeared({ guest: first.guest, phase: 'incoming' });
    await clock.advance(100);
    second.intake.appeared({ guest: second.guest, phase: 'incoming' });
    await clock.advance(1000);
    expect(instances()).toEqual([first.guest.instance]);
    expect(codes()).toEqual(['HERALD_GUEST_WATCHED_TWICE']);
    const [warning] = warnings;
    for (const part of ['web-1', first.guest.instance, second.guest.instance]) {
      expect(warning?.message).toContain(part);
    }
    await expect(host.inspect(second.guest)).rejects.toMatchObject({ code: 'HERALD_GUEST_UNKNOWN' });

    resume(clock, second);
    resume(clock, first);
    await clock.advance(10_000);
    expect(reports.map(({ cause, outcome }) => [cause, outcome])).toEqual([['migration', 'announced']]);
    expect(heard()).toBe(STATIONS.length * ROUNDS);
    expect(STATIONS.map(({ mac, vlan }) => fabric.switch.lookup(mac, vlan))).toEqual(['B', 'B', 'B']);
    expect(facts).toEqual([`${first.guest.instance} appeared incoming`, `${first.guest.instance} resumed`]);
    expect(codes()).toEqual(['HERALD_GUEST_WATCHED_TWICE']);
    expect((await handoff.fetch(guestKey, { signal: AbortSignal.timeout(1000) })).length).toBe(2);

    second.intake.gone({ guest: second.guest });
    await clock.advance(1000);
    expect(instances()).toEqual([first.guest.instance]);
    expect(reports).toHaveLength(1);
    await host.close();
  });

  test('is taken over as it stands where the first is lost before it resumed, and announced once', async () => {
    const { clock, codes, facts, heard, host, instances, reports, watched } = await composed();
    const [first, second] = [watched[one], watched[other]];
    for (const { guest, intake } of [first, second]) intake.appeared({ guest, phase: 'incoming' });
    await clock.advance(1000);
    first.intake.gone({ guest: first.guest });
    expect(instances()).toEqual([second.guest.instance]);
    await clock.advance(1000);
    resume(clock, second);
    await clock.advance(10_000);
    expect(reports.map(({ cause, outcome }) => [cause, outcome])).toEqual([['migration', 'announced']]);
    expect(heard()).toBe(STATIONS.length * ROUNDS);
    expect(facts).toEqual([
      `${first.guest.instance} appeared incoming`,
      `${first.guest.instance} gone`,
      `${second.guest.instance} appeared incoming`,
      `${second.guest.instance} resumed`,
    ]);
    expect(codes()).toEqual(['HERALD_GUEST_WATCHED_TWICE']);
    await host.close();
  });

  test('is announced once where it resumes in the moment in which the first is lost', async () => {
    const { clock, codes, host, reports, watched } = await composed();
    const [first, second] = [watched[one], watched[other]];
    for (const { guest, intake } of [first, second]) intake.appeared({ guest, phase: 'incoming' });
    await clock.advance(1000);
    first.intake.gone({ guest: first.guest });
    resume(clock, second);
    await clock.advance(10_000);
    expect(reports.map(({ outcome }) => outcome)).toEqual(['announced']);
    expect(codes()).toEqual(['HERALD_GUEST_WATCHED_TWICE']);
    await host.close();
  });

  test('is announced late where only the second told that it resumed before the first was lost', async () => {
    const { clock, host, instances, reports, watched } = await composed();
    const [first, second] = [watched[one], watched[other]];
    for (const { guest, intake } of [first, second]) intake.appeared({ guest, phase: 'incoming' });
    await clock.advance(1000);
    resume(clock, second);
    await clock.advance(1000);
    expect(reports).toEqual([]);
    first.intake.gone({ guest: first.guest });
    await clock.advance(10_000);
    expect(instances()).toEqual([second.guest.instance]);
    expect(reports.map(({ cause, outcome }) => [cause, outcome])).toEqual([['late', 'announced']]);
    await host.close();
  });

  test('is not announced again where the first is lost after it was', async () => {
    const { clock, codes, facts, host, instances, reports, watched } = await composed();
    const [first, second] = [watched[one], watched[other]];
    for (const { guest, intake } of [first, second]) intake.appeared({ guest, phase: 'incoming' });
    await clock.advance(1000);
    for (const each of [first, second]) resume(clock, each);
    await clock.advance(10_000);
    first.intake.gone({ guest: first.guest });
    await clock.advance(10_000);
    expect(instances()).toEqual([second.guest.instance]);
    expect(facts.at(-1)).toBe(`${second.guest.instance} appeared running`);
    expect(reports).toHaveLength(1);
    // It is watched by both again, the other way round.
    first.intake.appeared({ guest: guestAs(`${first.guest.instance}1`), phase: 'running' });
    await clock.advance(10_000);
    expect(instances()).toEqual([second.guest.instance]);
    expect(reports).toHaveLength(1);
    expect(codes()).toEqual(['HERALD_GUEST_WATCHED_TWICE']); // and that is no news
    await host.close();
  });
});

const guestKey = 'uuid:6b1d1c9e-0000-4000-8000-000000000001' as GuestKey;

test.each<[string, Partial<Guest>]>([
  ['another process', { process: { ...PROCESS, pid: 8 } }],
  ['another process of the same number', { process: { ...PROCESS, startTicks: 2 } }],
  ['another boot', { process: { ...PROCESS, bootId: 'other' } }],
  ['another guest of one process', { identity: { name: 'web-2' } }],
])('%s is another guest', async (_, over) => {
  const { clock, codes, host, instances, watched } = await composed();
  const { libvirt, qmp } = watched;
  libvirt.intake.appeared({ guest: libvirt.guest, phase: 'running' });
  qmp.intake.appeared({ guest: guestAs('other', over), phase: 'incoming' });
  await clock.advance(1000);
  expect(instances()).toEqual([libvirt.guest.instance, 'other']);
  expect(codes()).not.toContain('HERALD_GUEST_WATCHED_TWICE');
  await host.close();
});
