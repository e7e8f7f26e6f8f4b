import {
  CLOCK,
  checkedOptions,
  type HeraldPlugin,
  optionsSchema,
  PLUGIN_CONTRACT,
  type PluginFactory,
  PORT_RESOLVER,
  socketPathOption,
} from '@nic-herald/core';
import { diagnosePorts } from './diagnose-ports.js';
import { LinuxPortResolver } from './linux-port-resolver.js';
import type { LinuxPortsOptions } from './linux-ports-options.js';

/** Where Open vSwitch has it on the usual distributions. */
const OVSDB = '/run/openvswitch/db.sock';

const options = optionsSchema<LinuxPortsOptions>({ ovsdb: socketPathOption(OVSDB) });

/**
 * The plugin that finds the ports of guests on a Linux host: taps by name or passed as descriptors, and macvtaps, each
 * proved to be open in the guest's own process. Needs CAP_SYS_PTRACE where that process is another user's.
 */
export const linuxPorts = (given: LinuxPortsOptions = {}): HeraldPlugin => {
  const { ovsdb = OVSDB } = checkedOptions(options, given, {
    code: 'HERALD_PLUGIN_OPTIONS',
    plugin: 'ports-linux',
  });
  return {
    name: '@nic-herald/ports-linux',
    contract: PLUGIN_CONTRACT,
    install: (registrar) =>
      registrar.provide(PORT_RESOLVER, {
        factory: (resolver) => new LinuxPortResolver(resolver.get(CLOCK), ovsdb),
      }),
    diagnose: async () => diagnosePorts(ovsdb),
  };
};

/** What a configuration loads. */
export const plugin: PluginFactory<LinuxPortsOptions> = Object.assign(linuxPorts, { options });
