import type { HeraldPlugin } from '@nic-herald/core';
import { hostDefaults } from './host-defaults.js';
import { Installation } from './installation.js';

/** Installs plugins, then the host's own for what they leave out, and checks that all they require is there. */
export const installPlugins = (plugins: readonly HeraldPlugin[]): Installation => {
  const installation = new Installation();
  for (const plugin of plugins) installation.install(plugin);
  installation.install(hostDefaults(installation));
  installation.checkRequirements();
  return installation;
};
