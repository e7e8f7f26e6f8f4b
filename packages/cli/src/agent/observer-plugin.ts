import { type HeraldPlugin, MIGRATION_EVENT_BUS, type MigrationEventBus, multiToken } from '@nic-herald/core';

/** Subscribes to the bus and returns the ways to stop. */
export type Observe = (bus: MigrationEventBus) => readonly (() => void)[];

interface Observer {
  close(): Promise<void>;
}

const OBSERVER = multiToken<Observer>('cli/observer');

/**
 * Observes the bus from before the first monitor starts, so that nothing is missed. The host constructs every
 * registration, which is all this one needs.
 */
export const observerPlugin = (name: string, observe: Observe): HeraldPlugin => ({
  name: `nic-herald/${name}`,
  contract: 2,
  install: (registrar) =>
    registrar.contribute(OBSERVER, {
      factory: (resolver) => {
        const subscriptions = observe(resolver.get(MIGRATION_EVENT_BUS));
        return {
          close: () => {
            for (const stop of subscriptions) stop();
            return Promise.resolve();
          },
        };
      },
    }),
});
