import type { HeraldPlugin, HostDescription } from '@nic-herald/core';
import { hostDefaults } from './host-defaults.js';
import { Installation } from './installation.js';

/**
 * Installs plugins, then those of the host called `host` for what they leave out, and checks that all they require is
 * there. `describe` adds to what the host says of itself.
 */
export const installPlugins = (
  plugins: readonly HeraldPlugin[],
  host: string,
  describe?: (description: HostDescription) => HostDescription,
): Installation => {
  const installation = new Installation();
  for (const plugin of plugins) installation.install(plugin);
  installation.install(hostDefaults(installation, host, describe));
  installation.checkRequirements();
  return installation;
};
