import { hostname } from 'node:os';
import type { HeraldPlugin } from '@nic-herald/core';
import type { PluginDescription } from '@nic-herald/core/internal';
import { installPlugins } from './compose/install-plugins.js';

/**
 * What a host of these plugins and that name, the machine's where none is given, would be made of. Everything is constructed and nothing started, so that it can
 * be asked beside a running host. Throws what `composeHost` rejects with in those phases.
 */
export const describePlugins = (
  plugins: readonly HeraldPlugin[],
  name: string = hostname(),
): readonly PluginDescription[] => {
  const installation = installPlugins(plugins, name);
  installation.build();
  return installation.describe();
};
