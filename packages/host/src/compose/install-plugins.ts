import type { HeraldPlugin } from '@nic-herald/core';
import { type HostSettings, hostDefaults } from './host-defaults.js';
import { Installation } from './installation.js';

/**
 * Installs plugins, then those of the host called `host` for what they leave out, and checks that all they require is
 * there.
 */
export const installPlugins = (
  plugins: readonly HeraldPlugin[],
  host: string,
  settings: HostSettings = {},
): Installation => {
  const installation = new Installation();
  for (const plugin of plugins) installation.install(plugin);
  installation.install(hostDefaults(installation, host, settings));
  installation.checkRequirements();
  return installation;
};
