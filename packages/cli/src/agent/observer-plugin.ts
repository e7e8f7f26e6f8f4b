import {
  CLOCK,
  type Clock,
  type HeraldPlugin,
  HOST_SERVICE,
  MIGRATION_EVENT_BUS,
  type MigrationEventBus,
  PLUGIN_CONTRACT,
} from '@nic-herald/core';

/** Subscribes to the bus and returns the ways to stop. */
export type Observe = (bus: MigrationEventBus, clock: Clock) => readonly (() => void)[];

/** Observes the bus from before anything starts until the last fact is told. */
export const observerPlugin = (name: string, observe: Observe): HeraldPlugin => ({
  name: `nic-herald/${name}`,
  contract: PLUGIN_CONTRACT,
  install: (registrar) =>
    registrar.contribute(HOST_SERVICE, {
      factory: (resolver) => {
        const subscriptions = observe(resolver.get(MIGRATION_EVENT_BUS), resolver.get(CLOCK));
        return {
          close: () => {
            for (const stop of subscriptions) stop();
            return Promise.resolve();
          },
        };
      },
    }),
});
