import { hostname } from 'node:os';
import {
  CLOCK,
  checkedOptions,
  HANDOFF_STORE,
  HERALD_HOST,
  type HeraldPlugin,
  MIGRATION_EVENT_BUS,
  PLUGIN_CONTRACT,
  type PluginFactory,
} from '@nic-herald/core';
import { aliveKey } from './bucket-keys.js';
import { diagnoseNats } from './diagnose-nats.js';
import { NatsHandoff } from './nats-handoff.js';
import { type NatsHandoffOptions, natsHandoffOptions } from './nats-handoff-options.js';
import { openNatsBucket } from './open-nats-bucket.js';

/**
 * The hand-off over NATS, for hosts that share no directory. Throws HERALD_HANDOFF_OPTION for an option out of its range.
 */
export const natsHandoff = (options: NatsHandoffOptions): HeraldPlugin => {
  const settings = checkedOptions(natsHandoffOptions, options, {
    code: 'HERALD_HANDOFF_OPTION',
    plugin: 'hand-off over NATS',
  });
  return {
    name: '@nic-herald/handoff-nats',
    contract: PLUGIN_CONTRACT,
    install(registrar) {
      registrar.contribute(HANDOFF_STORE, {
        factory: (resolver) => {
          const { name } = resolver.get(HERALD_HOST);
          const bus = resolver.get(MIGRATION_EVENT_BUS);
          return new NatsHandoff({
            clock: resolver.get(CLOCK),
            bounds: settings,
            aliveKey: aliveKey(name),
            open: () => openNatsBucket(settings, name),
            warn: (warning) => bus.emit('warning', { warning }),
          });
        },
      });
    },
    diagnose: ({ host = hostname(), signal }) => diagnoseNats(settings, host, signal),
  };
};

/** What a configuration loads. */
export const plugin: PluginFactory<NatsHandoffOptions> = Object.assign(natsHandoff, {
  options: natsHandoffOptions,
});
