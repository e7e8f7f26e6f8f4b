import type { HostDescription, PluginDescription } from '@nic-herald/core';
import type { LoadedPlugin } from './load-plugins.js';
import { originOfBuiltIn, type PluginOrigin } from './plugin-origin.js';

/** What an agent is composed of, and from where; JSON as it stands. */
export interface AgentDescription extends HostDescription {
  readonly plugins: readonly (PluginDescription & { readonly origin?: PluginOrigin })[];
}

/** Adds to a host's description where each plugin came from. */
export const withOrigins = (
  { host, plugins }: HostDescription,
  loaded: readonly LoadedPlugin[],
): AgentDescription => ({
  host,
  plugins: plugins.map((each) => {
    const found = loaded.find(({ plugin }) => plugin.name === each.plugin);
    const origin = found === undefined ? originOfBuiltIn(each.plugin) : found.origin;
    return origin === undefined ? each : { ...each, origin };
  }),
});
