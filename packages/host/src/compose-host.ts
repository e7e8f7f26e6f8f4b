import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  ANNOUNCE_HANDLER,
  ANNOUNCE_POLICY,
  ANNOUNCEMENT_COMPANION,
  ANNOUNCEMENT_KIND,
  type AnnouncePolicy,
  asHeraldError,
  CLOCK,
  FRAME_SINK,
  GUEST_INTAKE,
  GUEST_MONITOR,
  HERALD_HOST,
  HeraldError,
  type HeraldPlugin,
  HOST_SERVICE,
  type HostDescription,
  MIGRATION_EVENT_BUS,
  type MigrationEventBus,
  messageOf,
  NETWORK_WATCH,
  NIC_MODEL,
  PORT_RESOLVER,
  REPORT_ARCHIVE,
  STATION_LEARNER,
  Turns,
} from '@nic-herald/core';
import { checkAnnouncePacing, DEFAULT_ANNOUNCE_PACING, MAX_HOST_NAME } from '@nic-herald/core/internal';
import { withDeadline } from './announce/deadline.js';
import { FramePacer } from './announce/frame-pacer.js';
import { SinkRegistry } from './announce/sink-registry.js';
import { SinkWatch } from './announce/sink-watch.js';
import { checkedCompanions } from './companions/checked-companions.js';
import { FRAME_SCHEDULE, HANDOFF_STORES } from './compose/host-defaults.js';
import { HostLifetime } from './compose/host-lifetime.js';
import { installPlugins } from './compose/install-plugins.js';
import type { Built } from './compose/installation.js';
import type { ComposedHost } from './composed-host.js';
import { AnnounceEngine } from './engine/announce-engine.js';
import type { EngineServices } from './engine/engine-services.js';
import { ArmRefusals } from './facts/arm-refusals.js';
import { HostIntake } from './facts/host-intake.js';
import { ToldLately } from './facts/told-lately.js';
import { HostTwinWatch } from './handoff/host-twin-watch.js';
import { OtherGuests } from './handoff/other-guests.js';
import { byName, ModelRegistry } from './knowledge/model-registry.js';
import { LearnerRegistry } from './learn/learner-registry.js';
import { Neighbourhood } from './ownership/neighbourhood.js';
import { censusOf } from './service/guest-census.js';
import { HostCounters } from './service/host-counters.js';
import { HealthOfHost } from './service/host-health.js';
import { type HostRecords, LateHost } from './service/late-host.js';
import { RecentReports } from './service/recent-reports.js';
import { reportsKept } from './service/reports-kept.js';

/** How a host is composed. */
export interface ComposeOptions {
  /** The host's name in snapshots and reports, 1 to 128 characters; default: the machine's host name. */
  readonly name?: string;
  /** How long each `start` may take, ms; default 10 000. */
  readonly startDeadlineMs?: number;
  /** How long each plugin's `close` may take, ms; then it is given up. Default 5 000. */
  readonly closeDeadlineMs?: number;
  /**
   * Aborted while the host starts: the start is given up, what had started is closed, and `composeHost` rejects with
   * HERALD_CANCELLED. What comes later means nothing: a host that stands is closed by `close`.
   */
  readonly signal?: AbortSignal;
  /** The policy where no plugin provides one; absent: `DEFAULT_GUEST_POLICY` for every guest. */
  readonly policy?: AnnouncePolicy;
  /** Adds to what the host says of itself: where its plugins are from, say. */
  readonly describe?: (description: HostDescription) => HostDescription;
}

/** So many guests are looked at together as an agent starts, each so long at most before the next one's turn, ms. */
const CATCHING_UP = { places: 8, holdMs: 100 };
/** How many guests' ports are found together, and how long one may hold up the next, ms. */
const FINDING_PORTS = { places: 8, holdMs: 250 };
/**
 * So many snapshots are written together, those of guests that leave apart: Node has four threads for all files, also for those
 * of /proc by which ports are proved, and a disk keeps each of them waiting.
 */
const PUBLISHING = { places: 3, holdMs: 1000 };
const START_DEADLINE_MS = 10_000;
const CLOSE_DEADLINE_MS = 5000;
/** Last words are published and reports made, each within deadlines of their own. */
const ENGINE_CLOSE_DEADLINE_MS = 30_000;
/** How long the guests that the monitors found may take until they are learned at; those that hang are learned at later. */
const LEARNING_DEADLINE_MS = 2000;

/**
 * Composes a host from plugins, the one place where that is done. The phases are fixed: install, check what
 * is required, construct everything, start stores and sinks, then the announce engine, then the services under
 * `HOST_SERVICE`, then the monitors. When it resolves, nothing is missed any more: what the guests that the monitors found send is
 * learned, but of those that did not tell their NICs within 2 s. A failure closes what had started, with what
 * was being started, and rejects with a HeraldError: the plugin's own, else one that names the plugin. The order of the plugins does not matter.
 */
export const composeHost = async (
  plugins: readonly HeraldPlugin[],
  options: ComposeOptions = {},
): Promise<ComposedHost> => {
  const name = options.name ?? hostname();
  const isPlain = !/\p{Cc}/u.test(name);
  if (name === '' || name.length > MAX_HOST_NAME || !isPlain) {
    throw new HeraldError(
      'HERALD_HOST_NAME',
      `a host's name has 1 to ${MAX_HOST_NAME} characters, got ${name.length}${isPlain ? '' : ', control characters among them'}: give it another with --host or \`name\``,
    );
  }
  const installation = installPlugins(plugins, name, options);
  const built = installation.build();

  const clock = installation.get(CLOCK);
  const bus = installation.get(MIGRATION_EVENT_BUS);
  const ports = installation.find(PORT_RESOLVER);
  const handoff = installation.get(HANDOFF_STORES);
  const policy = installation.get(ANNOUNCE_POLICY);
  const intake = installation.get(GUEST_INTAKE);
  const agent = randomUUID();
  const told = new ToldLately(clock);
  const pacing = checkAnnouncePacing(policy.pacing ?? DEFAULT_ANNOUNCE_PACING);
  const services: EngineServices = {
    host: name,
    agent,
    clock,
    bus,
    policy,
    models: new ModelRegistry(installation.all(NIC_MODEL), installation.all(ANNOUNCE_HANDLER)),
    sinks: new SinkRegistry(installation.all(FRAME_SINK), clock, policy),
    sinkWatch: new SinkWatch(installation.all(FRAME_SINK), clock, (warning) =>
      bus.emit('warning', { warning }),
    ),
    catchingUp: new Turns(clock, CATCHING_UP),
    findingPorts: new Turns(clock, FINDING_PORTS),
    publishing: new Turns(clock, PUBLISHING),
    schedule: installation.get(FRAME_SCHEDULE),
    pacers: { announce: new FramePacer(pacing, clock), observe: new FramePacer(pacing, clock) },
    armRefusals: new ArmRefusals(),
    learners: new LearnerRegistry(installation.all(STATION_LEARNER), clock),
    kinds: byName(installation.all(ANNOUNCEMENT_KIND), 'announcement kinds', (kind) => kind.name),
    companions: checkedCompanions(installation.all(ANNOUNCEMENT_COMPANION)),
    ...(ports === undefined ? {} : { ports }),
    handoff,
    otherGuests: new OtherGuests(handoff, clock),
    neighbourhood: new Neighbourhood(installation.all(NETWORK_WATCH), clock, name, (warning) => {
      if (told.isNews(warning.message)) bus.emit('warning', { warning });
    }),
    hostTwins: new HostTwinWatch({ host: name, agent }, handoff, clock, (warning) => {
      if (told.isNews(warning.code)) bus.emit('warning', { warning });
    }),
  };
  const engine = new AnnounceEngine(services);
  const unhear = policy.onChanged?.(() => {
    try {
      const changed = checkAnnouncePacing(policy.pacing ?? DEFAULT_ANNOUNCE_PACING);
      for (const pacer of Object.values(services.pacers)) pacer.changePace(changed);
    } catch (error) {
      const warning = asHeraldError(error, 'HERALD_ANNOUNCE_PACING', messageOf(error)); // the pace before stays
      bus.emit('warning', { warning });
    }
    engine.policyChanged();
  });

  const host = installation.get(HERALD_HOST);
  const counters = new HostCounters(bus);
  const recent = new RecentReports(bus);
  const since = clock.now();
  const health = new HealthOfHost(
    { host: name, monitors: installation.all(GUEST_MONITOR), handoff, sinks: services.sinkWatch },
    clock,
  );
  const archives = installation.all(REPORT_ARCHIVE);
  const records: HostRecords = {
    reports: () => recent.all,
    health: () => health.ask(),
    stats: () => ({
      since,
      state: health.state,
      parts: health.parts,
      ...censusOf(engine.standings()),
      ...counters.stats,
      pacer: { backlog: services.pacers.announce.backlog },
      handoff: { reads: handoff.reads.stats, writes: handoff.writes.stats },
      reports: reportsKept(archives),
    }),
  };
  const answer = (answering: AnnounceEngine | undefined): void => {
    if (intake instanceof HostIntake) intake.actThrough(answering);
    if (host instanceof LateHost) host.answerThrough(answering, records);
  };

  const lifetime = new HostLifetime(clock, {
    startMs: options.startDeadlineMs ?? START_DEADLINE_MS,
    closeMs: options.closeDeadlineMs ?? CLOSE_DEADLINE_MS,
    ...(options.signal === undefined ? {} : { givenUp: options.signal }),
  });
  const parts = inStartingOrder(built, bus);
  try {
    for (const { each, part } of parts.others) await lifetime.start(part, each);
    answer(engine);
    void services.hostTwins.look(); // what an agent of this name wrote before is known before a guest comes from it
    lifetime.closeLater(
      'engine',
      'the announce engine',
      () => {
        unhear?.();
        answer(undefined);
        health.state = 'closed';
        return engine.close();
      },
      ENGINE_CLOSE_DEADLINE_MS,
    );
    for (const each of parts.services) await lifetime.start('services', each);
    for (const each of parts.monitors) await lifetime.start('monitors', each);
    await withDeadline(
      clock,
      LEARNING_DEADLINE_MS,
      'to begin learning',
      () => engine.learningBegun(),
      options.signal,
    ).catch(() => {});
  } catch (error) {
    await lifetime.close().catch(() => {}); // the reason it did not start is the one to tell
    throw error;
  }

  health.state = 'running';
  return {
    name,
    bus,
    guests: () => host.guests(),
    inspect: (guest) => host.inspect(guest),
    announce: (guest, request) => host.announce(guest, request),
    record: (guest, request) => host.record(guest, request),
    describe: () => host.describe(),
    reports: () => host.reports(),
    stats: () => host.stats(),
    health: () => host.health(),
    close: () => lifetime.close(),
    [Symbol.asyncDispose]: () => lifetime.close(),
  };
};

/** What was built, in the order of its start. An object that stands under several tokens is started once. */
const inStartingOrder = (built: readonly Built[], bus: MigrationEventBus) => {
  const isOf =
    (token: symbol) =>
    (each: Built): boolean =>
      each.token === token;
  const seen = new Set<unknown>();
  const once = ({ value }: Built): boolean => !seen.has(value) && seen.add(value).size > 0;
  const monitors = built.filter(isOf(GUEST_MONITOR)).filter(once);
  const services = built.filter(isOf(HOST_SERVICE)).filter(once);
  const others = built
    .filter(once)
    .map((each) => ({ each, part: each.value === bus ? ('bus' as const) : ('others' as const) }));
  return { others, services, monitors };
};
