import {
  ANNOUNCE_POLICY,
  ANNOUNCEMENT_KIND,
  CLOCK,
  DEFAULT_GUEST_POLICY,
  type HeraldPlugin,
  MIGRATION_EVENT_BUS,
  PLUGIN_CONTRACT,
} from '@nic-herald/core';
import { IsolatingEventBus } from '@nic-herald/core/internal';
import { HOST_KINDS } from '../kinds/host-kinds.js';
import type { Installation } from './installation.js';
import { SystemClock } from './system-clock.js';

/** What the host itself brings, each only where no plugin does: bus, clock, policy; and its kinds of announcement. */
export const hostDefaults = (installation: Installation): HeraldPlugin => ({
  name: '@nic-herald/host',
  contract: PLUGIN_CONTRACT,
  install: (registrar) => {
    if (!installation.isProvided(MIGRATION_EVENT_BUS)) {
      registrar.provide(MIGRATION_EVENT_BUS, { value: new IsolatingEventBus() });
    }
    if (!installation.isProvided(CLOCK)) registrar.provide(CLOCK, { value: new SystemClock() });
    if (!installation.isProvided(ANNOUNCE_POLICY)) {
      registrar.provide(ANNOUNCE_POLICY, { value: { forGuest: () => DEFAULT_GUEST_POLICY } });
    }
    for (const value of HOST_KINDS) registrar.contribute(ANNOUNCEMENT_KIND, { value });
  },
});
