import { CLOCK, HERALD_HOST, type HeraldPlugin, HOST_SERVICE, PLUGIN_CONTRACT } from '@nic-herald/core';
import type { ServiceManager } from './service-manager.js';
import { ServiceWatch } from './service-watch.js';

/** Keeps the service manager informed as long as the host runs. */
export const servicePlugin = (manager: ServiceManager): HeraldPlugin => ({
  name: 'nic-herald/service',
  contract: PLUGIN_CONTRACT,
  install: (registrar) =>
    registrar.contribute(HOST_SERVICE, {
      factory: (resolver) => new ServiceWatch(manager, resolver.get(HERALD_HOST), resolver.get(CLOCK)),
    }),
});
