import {
  CLOCK,
  type HeraldPlugin,
  optionsSchema,
  PLUGIN_CONTRACT,
  type PluginFactory,
  PORT_RESOLVER,
} from '@nic-herald/core';
import { diagnosePorts } from './diagnose-ports.js';
import { LinuxPortResolver } from './linux-port-resolver.js';

/**
 * The plugin that finds the ports of guests on a Linux host: taps by name or passed as descriptors, and macvtaps, each
 * proved to be open in the guest's own process. Needs CAP_SYS_PTRACE where that process is another user's.
 */
export const linuxPorts = (): HeraldPlugin => ({
  name: '@nic-herald/ports-linux',
  contract: PLUGIN_CONTRACT,
  install: (registrar) =>
    registrar.provide(PORT_RESOLVER, { factory: (resolver) => new LinuxPortResolver(resolver.get(CLOCK)) }),
  diagnose: async () => diagnosePorts(),
});

/** What a configuration loads; it takes no options. */
export const plugin: PluginFactory<object> = Object.assign(linuxPorts, {
  options: optionsSchema<object>({}),
});
