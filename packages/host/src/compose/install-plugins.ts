import type { HeraldPlugin } from '@nic-herald/core';
import { hostDefaults } from './host-defaults.js';
import { Installation } from './installation.js';

/** Installs plugins, then what the host of that name brings itself, and checks that all they require is there. */
export const installPlugins = (plugins: readonly HeraldPlugin[], host: string): Installation => {
  const installation = new Installation();
  for (const plugin of plugins) installation.install(plugin);
  installation.install(hostDefaults(installation, host));
  installation.checkRequirements();
  return installation;
};
