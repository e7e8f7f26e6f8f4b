import {
  ANNOUNCE_POLICY,
  DEFAULT_GUEST_POLICY,
  type Guest,
  type GuestKey,
  type HeraldPlugin,
  type LearnedStation,
  type MigrationReport,
  type Station,
  stationKey,
  stationOf,
} from '@nic-herald/core';
import { type AnnouncePacing, SNAPSHOT_FORMAT } from '@nic-herald/core/internal';
import { composeHost } from '@nic-herald/host';
import {
  Fabric,
  FabricGuest,
  FabricSink,
  FakeClock,
  fabricPlugin,
  MemoryHandoff,
  PlayedMonitor,
  type SentFrame,
} from '@nic-herald/testkit';
import { IpAddress, MacAddress, VlanId } from '@nic-herald/wire';
import { beforeAll, describe, expect, test } from 'vitest';

const GUESTS = 50;
const ROUNDS = 5;
const PACING: AnnouncePacing = { framesPerSecond: 2000, burst: 64 };

const VLANS = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
const macOf = (guest: number, number: number): MacAddress =>
  MacAddress.of(`52:54:00:00:${hex(guest)}:${hex(number)}`);

/** Two MACs of a guest, each untagged and on two VLANs, of every fifth on ten; the untagged ones have an address. */
const stationsOf = (guest: number): readonly LearnedStation[] =>
  [0, 1].flatMap((number) =>
    [undefined, ...VLANS.slice(0, guest % 5 === 0 ? 10 : 2)].map((vlan) => ({
      station: stationOf(macOf(guest, number), vlan === undefined ? undefined : VlanId.of(vlan)),
      ageMs: 0,
      addresses:
        vlan === undefined
          ? [{ address: IpAddress.of(`192.0.2.${guest * 2 + number}`), proof: 'asserted' as const, ageMs: 0 }]
          : [],
    })),
  );

/** A RARP for each station, and a gratuitous ARP for each address. */
const framesOf = (guest: number): number => stationsOf(guest).length + 2;

const ALL = Array.from({ length: GUESTS }, (_, guest) => guest);
const STATIONS = ALL.reduce((sum, guest) => sum + stationsOf(guest).length, 0);
const FRAMES = ALL.reduce((sum, guest) => sum + framesOf(guest), 0);

const guestOf = (number: number): Guest => ({
  identity: { name: `guest-${number}` },
  instance: `guest-${number}`,
  hypervisor: { name: 'fabric', version: '1' },
  nics: async () => [
    {
      id: 'nic0',
      type: 'fabric-card',
      primaryMac: macOf(number, 0),
      port: { kind: 'tap', name: `tap${number}` },
    },
  ],
  inspect: () => {
    throw new Error('no model looks at this card');
  },
});

/** All guests of host A resume on host B, in one turn of its event loop. */
const evacuate = async () => {
  const clock = new FakeClock();
  const fabric = new Fabric(clock);
  const [from, to] = [fabric.addHost('A'), fabric.addHost('B')];
  const sink = new FabricSink(to, clock);
  const handoff = new MemoryHandoff();
  const rules: HeraldPlugin = {
    name: 'rules',
    contract: 2,
    install: (registrar) =>
      registrar.provide(ANNOUNCE_POLICY, {
        value: { forGuest: () => DEFAULT_GUEST_POLICY, pacing: PACING },
      }),
  };
  const monitor = new PlayedMonitor();
  const plugins = [fabricPlugin({ clock, sink, handoff }), rules, monitor.plugin];
  const host = await composeHost(plugins, { name: 'B' });
  const reports: MigrationReport[] = [];
  host.bus.on('announce:finished', ({ report }) => reports.push(report));
  const guests = ALL.map(guestOf);
  for (const [number, guest] of guests.entries()) {
    const learned = stationsOf(number);
    const primaryMac = macOf(number, 0);
    await handoff.publish({
      format: SNAPSHOT_FORMAT,
      guest: `name:guest-${number}` as GuestKey,
      host: 'A',
      epoch: 1,
      nics: [{ id: 'nic0', primaryMac, model: 'primary-mac', learned }],
    });
    const stations = learned.map(({ station }) => station);
    new FabricGuest(clock, { primaryMac, stations }).speak(from.addGuestPort(`tap${number}`));
    to.addGuestPort(`tap${number}`);
    monitor.intake.appeared({ guest, phase: 'incoming' });
  }
  await clock.advance(1000);
  const portsOf = (): readonly (string | undefined)[] =>
    guests.flatMap((_, number) =>
      stationsOf(number).map(({ station: { mac, vlan } }) => fabric.switch.lookup(mac, vlan)),
    );
  const before = portsOf();
  const at = clock.now();
  for (const guest of guests) monitor.intake.resumed({ guest, resumedAt: at, readAt: at });
  const atOnce = sink.sent.length;
  await clock.advance(10_000);
  const sent = sink.sent.filter(({ direction }) => direction === 'from-guest');
  await host.close();
  return { resumedAt: at, before, after: portsOf(), atOnce, sent, reports };
};

const stationIn = ({ frame }: SentFrame): Station =>
  stationOf(frame.source, frame.vlan === 0 ? undefined : VlanId.of(frame.vlan));

describe(`${GUESTS} guests that resume at once, at ${PACING.framesPerSecond} frames per second`, () => {
  let ran: Awaited<ReturnType<typeof evacuate>>;
  beforeAll(async () => {
    ran = await evacuate();
  });

  test('all primaries leave before any other frame, at once', () => {
    const first = ran.sent.slice(0, GUESTS);
    const primaries = ALL.map((guest) => stationKey(stationOf(macOf(guest, 0))));
    expect(first.map((frame) => stationKey(stationIn(frame)))).toEqual(primaries);
    expect(first.map(({ at }) => at)).toEqual(Array(GUESTS).fill(ran.resumedAt));
    // After the last of them nobody else can come: what else the bucket holds leaves at once.
    expect(ran.atOnce).toBe(PACING.burst);
  });

  test('every station of every guest has its first frame before anything has a second', () => {
    const first = ran.sent.slice(0, STATIONS).map((frame) => stationKey(stationIn(frame)));
    expect(new Set(first).size).toBe(STATIONS);
  });

  test('no second has more frames than the pace and one burst, and none are many at once', () => {
    const { framesPerSecond, burst } = PACING;
    const times = ran.sent.map(({ at }) => at);
    times.forEach((from, index) => {
      const inSecond = times.slice(index).findIndex((at) => at - from >= 1000);
      if (inSecond !== -1) expect(inSecond).toBeLessThanOrEqual(framesPerSecond + burst);
    });
    // What a bucket that leaks at the pace would hold: the average of any length of time.
    let level = 0;
    times.forEach((at, index) => {
      const passedMs = at - (times[index - 1] ?? at);
      level = Math.max(0, level - (passedMs * framesPerSecond) / 1000) + 1;
      expect(level).toBeLessThanOrEqual(burst + 0.01);
    });
  });

  test('the pace is used: all is out as soon as it may be', () => {
    const neededMs = ((FRAMES * ROUNDS - PACING.burst) / PACING.framesPerSecond) * 1000;
    const tookMs = (ran.sent.at(-1)?.at ?? Number.NaN) - ran.resumedAt;
    expect(tookMs).toBeGreaterThanOrEqual(neededMs - 1);
    expect(tookMs).toBeLessThan(neededMs + 600); // the rounds' own pauses
  });

  test('nothing is lost: the switch knows every station at its new place', () => {
    expect(new Set(ran.before)).toEqual(new Set(['A']));
    expect(ran.after).toEqual(Array(STATIONS).fill('B'));
    expect(ran.sent).toHaveLength(FRAMES * ROUNDS);
  });

  test('every round of every guest is complete, and says how long it was held back', () => {
    expect(ran.reports).toHaveLength(GUESTS);
    for (const { guest, outcome, warnings, rounds, firstFrameAt, lastFrameAt } of ran.reports) {
      const all = framesOf(Number(guest.name?.split('-')[1]));
      expect([outcome, warnings, firstFrameAt]).toEqual(['announced', [], ran.resumedAt]);
      expect(rounds.map(({ frames, accepted }) => [frames, accepted])).toEqual(
        Array(ROUNDS).fill([all, all]),
      );
      expect(lastFrameAt).toBe(rounds[0]?.finishedAt);
      const [one] = rounds;
      expect(one?.delayed).toBeGreaterThan(0);
      expect(one?.delayed).toBeLessThan(all); // not its primary
      expect(one?.delayedMs).toBe((one?.finishedAt ?? 0) - ran.resumedAt);
      rounds.forEach(({ startedAt }, index) => {
        expect(startedAt).toBeGreaterThanOrEqual(rounds[index - 1]?.finishedAt ?? startedAt);
      });
    }
    const held = ran.reports.flatMap(({ rounds }) => rounds.map(({ delayed = 0 }) => delayed));
    expect(held.reduce((sum, frames) => sum + frames)).toBeGreaterThan(FRAMES);
  });

  test('a guest with many stations holds up none with few in the later rounds', () => {
    for (let round = 1; round < ROUNDS; round += 1) {
      const overAt = (isMany: boolean): readonly number[] =>
        ran.reports.flatMap(({ rounds: { [round]: one } }) =>
          one !== undefined && one.frames > 10 === isMany ? [one.finishedAt - ran.resumedAt] : [],
        );
      expect([round, Math.max(...overAt(false)) < Math.min(...overAt(true))]).toEqual([round, true]);
    }
  });
});
