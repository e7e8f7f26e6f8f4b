import {
  ANNOUNCE_POLICY,
  DEFAULT_GUEST_POLICY,
  type Guest,
  type GuestKey,
  type GuestPolicy,
  type HeraldPlugin,
  type LearnedStation,
  type MigrationReport,
} from '@nic-herald/core';
import { type AnnouncePacing, SNAPSHOT_FORMAT } from '@nic-herald/core/internal';
import { composeHost } from '@nic-herald/host';
import {
  type BridgePort,
  Fabric,
  type FabricFrame,
  FabricGuest,
  FabricSink,
  FakeClock,
  fabricPlugin,
  MemoryHandoff,
  PlayedMonitor,
} from '@nic-herald/testkit';
import { encodeRarp, MacAddress, rarpLength } from '@nic-herald/wire';

export const GUESTS = 50;
/** Their numbers. */
export const ALL = Array.from({ length: GUESTS }, (_, guest) => guest);
/** How late host B's agent hears of RESUME, ms. */
export const LATE_MS = 5;

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
/** A MAC of a guest, its primary one being number 0. */
export const macOf = (guest: number, number: number): MacAddress =>
  MacAddress.of(`52:54:00:00:${hex(guest)}:${hex(number)}`);

/** How the guests are announced, and what they have. */
export interface Evacuation {
  readonly stationsOf: (guest: number) => readonly LearnedStation[];
  readonly pacing?: AnnouncePacing;
  readonly policy?: Partial<GuestPolicy>;
  /** Host B's kernel is armed: its hypervisors announce their guests before the agent hears of it. */
  readonly arms?: boolean;
  /** How long it is looked at after RESUME, ms; default 10 s. */
  readonly watchedMs?: number;
}

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
export const evacuate = async ({
  stationsOf,
  pacing,
  policy = {},
  arms = false,
  watchedMs = 10_000,
}: Evacuation) => {
  const clock = new FakeClock();
  const fabric = new Fabric(clock);
  const [from, to] = [fabric.addHost('A'), fabric.addHost('B')];
  const sink = new FabricSink(to, clock, { arms });
  const handoff = new MemoryHandoff();
  const rules: HeraldPlugin = {
    name: 'rules',
    contract: 2,
    install: (registrar) =>
      registrar.provide(ANNOUNCE_POLICY, {
        value: {
          forGuest: () => ({ ...DEFAULT_GUEST_POLICY, ...policy }),
          ...(pacing === undefined ? {} : { pacing }),
        },
      }),
  };
  const monitor = new PlayedMonitor();
  const plugins = [fabricPlugin({ clock, sink, handoff }), rules, monitor.plugin];
  const host = await composeHost(plugins, { name: 'B' });
  const reports: MigrationReport[] = [];
  host.bus.on('announce:finished', ({ report }) => reports.push(report));
  const guests = ALL.map(guestOf);
  const ports: BridgePort[] = [];
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
    ports.push(to.addGuestPort(`tap${number}`));
    monitor.intake.appeared({ guest, phase: 'incoming' });
  }
  await clock.advance(1000);
  const portsOf = (): readonly (string | undefined)[] =>
    guests.flatMap((_, number) =>
      stationsOf(number).map(({ station: { mac, vlan } }) => fabric.switch.lookup(mac, vlan)),
    );
  const before = portsOf();
  const heard: { readonly at: number; readonly frame: FabricFrame }[] = [];
  fabric.switch.port('B')?.onReceive((frame) => heard.push({ at: clock.now(), frame }));
  const at = clock.now();
  if (arms) {
    for (const [number, port] of ports.entries()) port.receive(rarpOf(macOf(number, 0)));
    await clock.advance(LATE_MS);
  }
  const inKernel = sink.sent.length;
  const readAt = clock.now();
  for (const guest of guests) monitor.intake.resumed({ guest, resumedAt: at, readAt });
  const atOnce = sink.sent.length;
  await clock.advance(watchedMs);
  const sent = sink.sent.filter(({ direction }) => direction === 'from-guest');
  await host.close();
  return { resumedAt: at, before, after: portsOf(), atOnce, inKernel, sent, heard, reports };
};

const rarpOf = (mac: MacAddress): Uint8Array => {
  const frame = new Uint8Array(rarpLength({ mac }));
  encodeRarp({ mac }, frame, 0);
  return frame;
};
