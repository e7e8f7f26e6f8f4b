import {
  ANNOUNCE_POLICY,
  ANNOUNCEMENT_COMPANION,
  ANNOUNCEMENT_KIND,
  type AnnouncePolicy,
  CLOCK,
  type Clock,
  DEFAULT_GUEST_POLICY,
  GUEST_INTAKE,
  GUEST_NOTES,
  HANDOFF_STORE,
  type HandoffStore,
  HERALD_HOST,
  type HeraldPlugin,
  type HostDescription,
  MIGRATION_EVENT_BUS,
  type MigrationEventBus,
  PLUGIN_CONTRACT,
  type Token,
  token,
} from '@nic-herald/core';
import { FrameSchedule } from '../announce/frame-schedule.js';
import { FactBus } from '../facts/fact-bus.js';
import { HostIntake } from '../facts/host-intake.js';
import { ToldLately } from '../facts/told-lately.js';
import { HandoffStores } from '../handoff/handoff-stores.js';
import { HostNotes } from '../handoff/host-notes.js';
import { HOST_KINDS } from '../kinds/host-kinds.js';
import { MulticastCompanion } from '../multicast/multicast-companion.js';
import { LateHost } from '../service/late-host.js';
import type { Installation } from './installation.js';
import { SystemClock } from './system-clock.js';

/** When frames of this host are due; the host's own. */
export const FRAME_SCHEDULE: Token<FrameSchedule> = token<FrameSchedule>('host/frame-schedule');

/** The hand-off stores of this host; the host's own. */
export const HANDOFF_STORES: Token<HandoffStores> = token<HandoffStores>('host/handoff-stores');

/** What can be set when a host is composed. */
export interface HostSettings {
  /** Adds to what the host says of itself. */
  readonly describe?: (description: HostDescription) => HostDescription;
  /** The policy where no plugin provides one. */
  readonly policy?: AnnouncePolicy;
}

/**
 * What the host itself brings: bus, clock and policy, each only where no plugin does; the intake of what monitors
 * report; itself, as its plugins see it; what it makes of the hand-off stores; its kinds of announcement; and the companion that asks guests for their
 * multicast groups.
 */
export const hostDefaults = (
  installation: Installation,
  host: string,
  {
    describe = (description) => description,
    policy = { forGuest: () => DEFAULT_GUEST_POLICY },
  }: HostSettings = {},
): HeraldPlugin => ({
  name: '@nic-herald/host',
  contract: PLUGIN_CONTRACT,
  install: (registrar) => {
    if (!installation.isProvided(MIGRATION_EVENT_BUS)) {
      registrar.provide(MIGRATION_EVENT_BUS, {
        factory: (resolver) => new FactBus(resolver.get(CLOCK), resolver.get(FRAME_SCHEDULE)),
      });
    }
    registrar.provide(FRAME_SCHEDULE, { factory: (resolver) => new FrameSchedule(resolver.get(CLOCK)) });
    registrar.provide(GUEST_INTAKE, {
      factory: (resolver) => new HostIntake(resolver.get(MIGRATION_EVENT_BUS), resolver.get(CLOCK)),
    });
    registrar.provide(HERALD_HOST, {
      value: new LateHost(host, {
        bus: () => installation.get(MIGRATION_EVENT_BUS),
        describe: () => describe({ host, plugins: installation.describe() }),
      }),
    });
    registrar.provide(HANDOFF_STORES, {
      factory: ({ all, get }) => handoffStores(all(HANDOFF_STORE), get(CLOCK), get(MIGRATION_EVENT_BUS)),
    });
    registrar.provide(GUEST_NOTES, {
      factory: ({ get }) => new HostNotes(host, get(HANDOFF_STORES), get(CLOCK)),
    });
    if (!installation.isProvided(CLOCK)) registrar.provide(CLOCK, { value: new SystemClock() });
    if (!installation.isProvided(ANNOUNCE_POLICY)) {
      registrar.provide(ANNOUNCE_POLICY, { value: policy });
    }
    registrar.contribute(ANNOUNCEMENT_COMPANION, { factory: (resolver) => MulticastCompanion.of(resolver) });
    for (const value of HOST_KINDS) registrar.contribute(ANNOUNCEMENT_KIND, { value });
  },
});

const handoffStores = (
  stores: readonly HandoffStore[],
  clock: Clock,
  bus: MigrationEventBus,
): HandoffStores => {
  const told = new ToldLately(clock);
  return new HandoffStores(stores, clock, (warning) => {
    if (told.isNews(`${warning.code} ${warning.message}`)) bus.emit('warning', { warning });
  });
};
