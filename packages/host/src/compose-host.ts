import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  ANNOUNCE_HANDLER,
  ANNOUNCE_POLICY,
  ANNOUNCEMENT_KIND,
  asHeraldError,
  CLOCK,
  type Clock,
  checkAnnouncePacing,
  DEFAULT_ANNOUNCE_PACING,
  FRAME_SINK,
  GUEST_INTAKE,
  GUEST_MONITOR,
  HeraldError,
  type HeraldPlugin,
  type HostService,
  MAX_HOST_NAME,
  MIGRATION_EVENT_BUS,
  messageOf,
  NIC_MODEL,
  STATION_LEARNER,
} from '@nic-herald/core';
import { withDeadline } from './announce/deadline.js';
import { FramePacer } from './announce/frame-pacer.js';
import { SinkRegistry } from './announce/sink-registry.js';
import { FRAME_SCHEDULE, HANDOFF_STORES } from './compose/host-defaults.js';
import { installPlugins } from './compose/install-plugins.js';
import type { Built } from './compose/installation.js';
import { AnnounceEngine } from './engine/announce-engine.js';
import type { EngineServices } from './engine/engine-services.js';
import { HostIntake } from './facts/host-intake.js';
import { ToldLately } from './facts/told-lately.js';
import { HostTwinWatch } from './handoff/host-twin-watch.js';
import { OtherGuests } from './handoff/other-guests.js';
import type { HeraldHost } from './herald-host.js';
import { byName, ModelRegistry } from './knowledge/model-registry.js';
import { LearnerRegistry } from './learn/learner-registry.js';

/** How a host is composed. */
export interface ComposeOptions {
  /** The host's name in snapshots and reports, 1 to 128 characters; default: the machine's host name. */
  readonly name?: string;
  /** How long each `start` may take, ms; default 10 000. */
  readonly startDeadlineMs?: number;
}

const START_DEADLINE_MS = 10_000;

/**
 * Composes a host from plugins, the one place where that is done. The phases are fixed: install, check what
 * is required, construct everything, start stores and sinks, then the announce engine, then the monitors.
 * When it resolves, nothing is missed any more. A failure closes what had started, with what
 * was being started, and rejects with a HeraldError: the plugin's own, else one that names the plugin. The order of the plugins does not matter.
 */
export const composeHost = async (
  plugins: readonly HeraldPlugin[],
  options: ComposeOptions = {},
): Promise<HeraldHost> => {
  const name = options.name ?? hostname();
  if (name === '' || name.length > MAX_HOST_NAME) {
    throw new HeraldError(
      'HERALD_HOST_NAME',
      `a host's name has 1 to ${MAX_HOST_NAME} characters, got ${name.length}: give it another with --host or \`name\``,
    );
  }
  const installation = installPlugins(plugins, name);
  const built = installation.build();

  const clock = installation.get(CLOCK);
  const bus = installation.get(MIGRATION_EVENT_BUS);
  const policy = installation.get(ANNOUNCE_POLICY);
  const intake = installation.get(GUEST_INTAKE);
  const agent = randomUUID();
  const told = new ToldLately(clock);
  const handoff = installation.get(HANDOFF_STORES);
  const pacing = checkAnnouncePacing(policy.pacing ?? DEFAULT_ANNOUNCE_PACING);
  const services: EngineServices = {
    host: name,
    agent,
    clock,
    bus,
    policy,
    models: new ModelRegistry(installation.all(NIC_MODEL), installation.all(ANNOUNCE_HANDLER)),
    sinks: new SinkRegistry(installation.all(FRAME_SINK), clock, policy),
    schedule: installation.get(FRAME_SCHEDULE),
    pacers: { announce: new FramePacer(pacing, clock), observe: new FramePacer(pacing, clock) },
    learners: new LearnerRegistry(installation.all(STATION_LEARNER), clock),
    kinds: byName(installation.all(ANNOUNCEMENT_KIND), 'announcement kinds', (kind) => kind.name),
    handoff,
    otherGuests: new OtherGuests(handoff, clock),
    hostTwins: new HostTwinWatch({ host: name, agent }, handoff, clock, (warning) => {
      if (told.isNews(warning.code)) bus.emit('warning', { warning });
    }),
  };
  const engine = new AnnounceEngine(services);

  const started: { close(): Promise<void> }[] = [];
  const closeStarted = async (): Promise<void> => {
    const errors: unknown[] = [];
    for (const service of started.splice(0).reverse()) {
      try {
        await service.close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) {
      throw new AggregateError(errors, `${errors.length} parts of the host did not close`);
    }
  };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= closeStarted());
  const deadlineMs = options.startDeadlineMs ?? START_DEADLINE_MS;
  try {
    const [monitors, others] = servicesOf(built);
    for (const each of others) await startService(each, clock, deadlineMs, started);
    if (intake instanceof HostIntake) intake.actThrough(engine);
    started.push(engine);
    for (const each of monitors) await startService(each, clock, deadlineMs, started);
  } catch (error) {
    await close().catch(() => {}); // the reason it did not start is the one to tell
    throw error;
  }

  return {
    name,
    bus,
    guests: () => engine.guests(),
    inspect: (guest) => engine.inspect(guest),
    announce: (guest, request = {}) => engine.announce(guest, request),
    describe: () => ({ host: name, plugins: installation.describe() }),
    close,
    [Symbol.asyncDispose]: close,
  };
};

/** What was built, each object once though it may stand under several tokens: the monitors, and the others. */
const servicesOf = (built: readonly Built[]): readonly [readonly Built[], readonly Built[]] => {
  const isMonitor = ({ token }: Built): boolean => token === GUEST_MONITOR;
  const monitors = built.filter(isMonitor);
  const seen = new Set<unknown>();
  const once = ({ value }: Built): boolean => !seen.has(value) && seen.add(value).size > 0;
  return [monitors.filter(once), built.filter((each) => !isMonitor(each)).filter(once)];
};

const startService = async (
  built: Built,
  clock: Clock,
  deadlineMs: number,
  started: { close(): Promise<void> }[],
): Promise<void> => {
  const { plugin, value } = built;
  if (typeof value !== 'object' || value === null) return;
  const service: HostService = value;
  if (service.close !== undefined || service.start !== undefined) {
    started.push({ close: async () => service.close?.() });
  }
  if (service.start === undefined) return;
  const since = clock.elapsed();
  try {
    await withDeadline(clock, deadlineMs, `the start of ${plugin}`, async (signal) =>
      service.start?.({ signal }),
    );
  } catch (error) {
    throw asHeraldError(error, 'HERALD_PLUGIN_START', `${plugin} could not start: ${messageOf(error)}`, {
      plugin,
    });
  }
  built.started(clock.elapsed() - since);
};
