import type { HostDescription } from '@nic-herald/core';
import type { PluginDescription } from '@nic-herald/core/internal';
import { POLICY_PLUGIN } from '../config/policy-plugin.js';
import type { PluginSource } from './load-plugins.js';
import type { LeftOutPlugin } from './plugin-choice.js';
import { originOfBuiltIn, type PluginOrigin } from './plugin-origin.js';
import type { TakenPlugins } from './take-plugins.js';

/** One plugin of an agent, from where it is and why it is there. */
interface DescribedPlugin extends PluginDescription {
  readonly origin?: PluginOrigin;
  readonly source?: PluginSource;
  readonly because?: string;
}

/** What an agent is composed of; JSON as it stands. */
export interface AgentDescription extends HostDescription {
  readonly plugins: readonly DescribedPlugin[];
  /** What herald.yaml leaves out; absent: nothing. */
  readonly leftOut?: readonly LeftOutPlugin[];
}

/** Adds to a host's description where each plugin came from and why it is there, and what was left out. */
export const withOrigins = ({ host, plugins }: HostDescription, taken: TakenPlugins): AgentDescription => ({
  host,
  plugins: plugins.map((each) => {
    const found = taken.plugins.find(({ plugin }) => plugin.name === each.plugin);
    if (found !== undefined) {
      const { origin, source, because } = found;
      return { ...each, origin, source, because };
    }
    const origin = originOfBuiltIn(each.plugin);
    if (origin === undefined) return each;
    return { ...each, origin, source: 'built-in', because: OWN_REASONS.get(each.plugin) ?? 'always' };
  }),
  ...(taken.leftOut.length === 0 ? {} : { leftOut: taken.leftOut }),
});

/** Why the command's own plugins are there, where that is not always. */
const OWN_REASONS = new Map([
  [POLICY_PLUGIN, 'rules of herald.yaml, or --observe'],
  ['nic-herald/reports', 'reports.directory, or --report-dir'],
]);
