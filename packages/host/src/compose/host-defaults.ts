import {
  ANNOUNCE_POLICY,
  ANNOUNCEMENT_COMPANION,
  ANNOUNCEMENT_KIND,
  CLOCK,
  DEFAULT_GUEST_POLICY,
  GUEST_INTAKE,
  HERALD_HOST,
  type HeraldPlugin,
  type HostDescription,
  MIGRATION_EVENT_BUS,
  PLUGIN_CONTRACT,
  type Token,
  token,
} from '@nic-herald/core';
import { FrameSchedule } from '../announce/frame-schedule.js';
import { FactBus } from '../facts/fact-bus.js';
import { HostIntake } from '../facts/host-intake.js';
import { HOST_KINDS } from '../kinds/host-kinds.js';
import { MulticastCompanion } from '../multicast/multicast-companion.js';
import { LateHost } from '../service/late-host.js';
import type { Installation } from './installation.js';
import { SystemClock } from './system-clock.js';

/** When frames of this host are due; the host's own. */
export const FRAME_SCHEDULE: Token<FrameSchedule> = token<FrameSchedule>('host/frame-schedule');

/**
 * What the host itself brings: bus, clock and policy, each only where no plugin does; the intake of what monitors
 * report; itself, as its plugins see it; its kinds of announcement; and the companion that asks guests for their
 * multicast groups.
 */
export const hostDefaults = (
  installation: Installation,
  host: string,
  describe = (description: HostDescription): HostDescription => description,
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
      factory: (resolver) => new HostIntake(resolver.get(MIGRATION_EVENT_BUS)),
    });
    registrar.provide(HERALD_HOST, {
      value: new LateHost(host, {
        bus: () => installation.get(MIGRATION_EVENT_BUS),
        describe: () => describe({ host, plugins: installation.describe() }),
      }),
    });
    if (!installation.isProvided(CLOCK)) registrar.provide(CLOCK, { value: new SystemClock() });
    if (!installation.isProvided(ANNOUNCE_POLICY)) {
      registrar.provide(ANNOUNCE_POLICY, { value: { forGuest: () => DEFAULT_GUEST_POLICY } });
    }
    registrar.contribute(ANNOUNCEMENT_COMPANION, { factory: (resolver) => MulticastCompanion.of(resolver) });
    for (const value of HOST_KINDS) registrar.contribute(ANNOUNCEMENT_KIND, { value });
  },
});
