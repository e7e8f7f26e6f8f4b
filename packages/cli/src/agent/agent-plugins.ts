import type { AnnouncePolicy, HeraldPlugin } from '@nic-herald/core';
import type { Logger } from 'pino';
import type { AgentSettings } from '../config/agent-settings.js';
import { configuredPolicy, policyPlugin, statesPolicy } from '../config/policy-plugin.js';
import type { LoadedPlugin } from '../plugins/load-plugins.js';
import { logFacts } from './fact-log.js';
import { observerPlugin } from './observer-plugin.js';
import { type ReportsPlace, reportsPlugin } from './reports-plugin.js';

/** Everything that an agent is composed of: the plugins it takes, the rules of herald.yaml, and its log and reports. */
export const agentPlugins = (
  { rules }: Pick<AgentSettings, 'rules'>,
  loaded: readonly LoadedPlugin[],
  logger: Logger,
  reports: ReportsPlace | undefined,
  policy: AnnouncePolicy = configuredPolicy(rules),
): readonly HeraldPlugin[] => [
  ...loaded.map(({ plugin }) => plugin),
  ...(statesPolicy(rules) ? [policyPlugin(policy)] : []),
  observerPlugin('log', (bus, clock) => logFacts(bus, logger, clock)),
  ...(reports === undefined ? [] : [reportsPlugin(reports, logger)]),
];
