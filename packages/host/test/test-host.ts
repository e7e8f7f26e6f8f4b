import {
  ANNOUNCE_HANDLER,
  ANNOUNCE_POLICY,
  ANNOUNCEMENT_COMPANION,
  ANNOUNCEMENT_KIND,
  type AnnounceHandler,
  type AnnouncementCompanion,
  type AnnouncementKind,
  type AnnouncePolicy,
  CLOCK,
  DEFAULT_GUEST_POLICY,
  FRAME_SINK,
  type FrameSink,
  GUEST_MONITOR,
  type Guest,
  type GuestIdentity,
  type GuestIntake,
  type GuestKey,
  type GuestPhase,
  type GuestPolicy,
  HANDOFF_STORE,
  type MigrationReport,
  NIC_MODEL,
  type NicModel,
  PORT_RESOLVER,
  type PortResolver,
  type Snapshot,
  STATION_LEARNER,
} from '@nic-herald/core';
import type { AnnouncePacing, MigrationEventName } from '@nic-herald/core/internal';
import { FakeClock, PlayedMonitor } from '@nic-herald/testkit';
import { composeHost } from '../src/compose-host.js';
import type { ComposedHost } from '../src/composed-host.js';
import { type CardState, FakeGuest, fakeModel } from './fake-guest.js';
import { FakeHandoff } from './fake-handoff.js';
import type { FakeLearner } from './fake-learner.js';
import { FakeSink } from './fake-sink.js';
import { mac } from './sample-nic.js';

/** The key of a `FakeGuest` of which nothing else was said. */
export const KEY = 'name:web-1' as GuestKey;

/** What a test may choose of a host. */
export interface TestHostOptions {
  readonly name?: string;
  readonly clock?: FakeClock;
  readonly handoff?: FakeHandoff;
  /** Further stores beside it. */
  readonly stores?: readonly FakeHandoff[];
  readonly model?: NicModel<CardState>;
  readonly handler?: AnnounceHandler;
  /** Besides those of the host. */
  readonly kind?: AnnouncementKind;
  /** Asked for at each reading, where it is a function. */
  readonly policy?: Partial<GuestPolicy> | ((guest: GuestIdentity) => Partial<GuestPolicy>);
  readonly pacing?: AnnouncePacing;
  /** The policy as a whole, in place of the two. */
  readonly wholePolicy?: AnnouncePolicy;
  /** Besides the one that keeps what it was given. */
  readonly sinks?: readonly FrameSink[];
  /** None: nothing is learned. */
  readonly learner?: FakeLearner;
  /** None: the ports are those that the guest tells itself. */
  readonly ports?: PortResolver;
  /** What a monitor finds when it starts. */
  readonly found?: readonly { readonly guest: Guest; readonly phase: GuestPhase }[];
  /** Besides that of the host. */
  readonly companions?: readonly AnnouncementCompanion[];
}

/** A host on a fake clock whose monitor is the test. */
export class TestHost {
  /** Where a monitor would report. */
  readonly intake: GuestIntake;
  /** Names of the facts on the bus, those of rounds and listeners left out. */
  readonly facts: string[] = [];
  readonly reports: MigrationReport[] = [];
  readonly revisions: MigrationReport[] = [];
  /** `CODE message` of each warning. */
  readonly warnings: string[] = [];

  private constructor(
    readonly host: ComposedHost,
    readonly clock: FakeClock,
    readonly sink: FakeSink,
    readonly handoff: FakeHandoff,
    intake: GuestIntake,
  ) {
    this.intake = intake;
    for (const event of TOLD) host.bus.on(event, () => this.facts.push(event));
    host.bus.on('announce:finished', ({ report }) => this.reports.push(report));
    host.bus.on('announce:revised', ({ report }) => this.revisions.push(report));
    host.bus.on('warning', ({ warning }) => this.warnings.push(`${warning.code} ${warning.message}`));
    host.bus.on('listener:failed', ({ error }) => this.warnings.push(`LISTENER ${String(error)}`));
  }

  static async compose(options: TestHostOptions = {}): Promise<TestHost> {
    const {
      clock = new FakeClock(),
      handoff = new FakeHandoff(),
      stores = [],
      model = fakeModel(),
      handler,
      kind,
      policy,
      pacing,
      wholePolicy,
      sinks = [],
      learner,
      ports,
      companions = [],
      found = [],
    } = options;
    const sink = new FakeSink(clock);
    const monitor = new PlayedMonitor();
    const host = await composeHost(
      [
        monitor.plugin,
        {
          name: 'test',
          contract: 2,
          install: (registrar) => {
            registrar.contribute(GUEST_MONITOR, {
              value: {
                name: 'finder',
                start: async () => {
                  for (const fact of found) monitor.intake.appeared(fact);
                },
                close: async () => {},
              },
            });
            registrar.provide(CLOCK, { value: clock });
            for (const value of [handoff, ...stores]) registrar.contribute(HANDOFF_STORE, { value });
            registrar.provide(ANNOUNCE_POLICY, {
              value: wholePolicy ?? {
                forGuest: (guest) => ({
                  ...DEFAULT_GUEST_POLICY,
                  ...(typeof policy === 'function' ? policy(guest) : policy),
                }),
                ...(pacing === undefined ? {} : { pacing }),
              },
            });
            for (const value of [sink, ...sinks]) registrar.contribute(FRAME_SINK, { value });
            registrar.contribute(NIC_MODEL, { value: model });
            if (ports !== undefined) registrar.provide(PORT_RESOLVER, { value: ports });
            if (learner !== undefined) registrar.contribute(STATION_LEARNER, { value: learner });
            for (const value of companions) registrar.contribute(ANNOUNCEMENT_COMPANION, { value });
            if (kind !== undefined) registrar.contribute(ANNOUNCEMENT_KIND, { value: kind });
            if (handler !== undefined) registrar.contribute(ANNOUNCE_HANDLER, { value: handler });
          },
        },
      ],
      { name: options.name ?? 'B' },
    );
    return new TestHost(host, clock, sink, handoff, monitor.intake);
  }

  /** The monitor sees a guest. */
  async appear(guest: Guest, phase: GuestPhase): Promise<void> {
    this.intake.appeared({ guest, phase });
    await this.clock.advance(0);
  }

  /** The guest's CPUs run; nothing but what is done at once has been done when this returns. */
  resume(guest: Guest): void {
    const now = this.clock.now();
    this.intake.resumed({ guest, resumedAt: now - 0.2, readAt: now });
  }

  /** Any other report of a monitor about a guest. */
  async tell(
    report: 'stopped' | 'gone' | 'incoming' | 'outgoing' | 'left' | 'changed',
    guest: Guest,
  ): Promise<void> {
    this.intake[report]({ guest });
    await this.clock.advance(0);
  }

  /** A guest waits here for its migration, and then runs here; its rounds are over. */
  async arrive(guest: Guest): Promise<void> {
    await this.appear(guest, 'incoming');
    this.resume(guest);
    await this.clock.advance(1000);
  }

  /** The report that was made last. */
  get report(): MigrationReport {
    const report = this.reports.at(-1);
    if (report === undefined) throw new Error('nothing was reported');
    return report;
  }

  /** What this host published last. */
  get published(): Snapshot | undefined {
    return this.handoff.published.findLast(({ host }) => host === this.host.name);
  }
}

const TOLD: readonly MigrationEventName[] = [
  'announce:armed',
  'announce:finished',
  'snapshot:published',
  'station:refused',
];

/** A guest leaves one host for another: looked at, stopped, resumed there, its rounds over. */
export const migrate = async (
  from: TestHost,
  leaving: FakeGuest,
  to: TestHost,
  coming: FakeGuest,
): Promise<void> => {
  await to.appear(coming, 'incoming');
  await from.tell('outgoing', leaving);
  await from.tell('stopped', leaving);
  to.resume(coming);
  from.intake.left({ guest: leaving });
  await to.clock.advance(100);
  await from.tell('gone', leaving);
  await to.clock.advance(1000);
};

/** A snapshot of the guest's one card by another host: two MACs and a VLAN, but for what is given. */
export const snapshotOf = (over: Partial<Snapshot> = {}, card: Partial<CardState> = {}): Snapshot => ({
  format: 1,
  guest: KEY,
  host: 'A',
  epoch: 3,
  nics: [
    {
      id: 'nic0',
      primaryMac: mac(0),
      model: 'fake-card',
      state: { macs: [mac(1)], vlans: [10], ...card },
      learned: [],
    },
  ],
  ...over,
});

/** Host B, to which the guest is about to come; what was handed over lies there. */
export const waiting = async (
  handed: Snapshot | 'nothing' = snapshotOf(),
  options: TestHostOptions = {},
  prepare: (guest: FakeGuest, handoff: FakeHandoff) => void = () => {},
) => {
  const test = await TestHost.compose(options);
  const guest = new FakeGuest();
  if (handed !== 'nothing') await test.handoff.memory.publish(handed);
  prepare(guest, test.handoff);
  await test.appear(guest, 'incoming');
  return { test, guest };
};

/** Host B with a guest in this phase. */
export const residing = async (phase: GuestPhase = 'running', options: TestHostOptions = {}) => {
  const test = await TestHost.compose(options);
  const guest = new FakeGuest();
  await test.appear(guest, phase);
  await test.clock.advance(100);
  return { test, guest };
};
