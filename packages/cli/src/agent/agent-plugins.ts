import type { HeraldPlugin, MigrationReport } from '@nic-herald/core';
import type { Logger } from 'pino';
import type { AgentSettings } from '../config/agent-settings.js';
import { policyPlugin, statesPolicy } from '../config/policy-plugin.js';
import type { LoadedPlugin } from '../plugins/load-plugins.js';
import { handoffPlugin, learnerPlugin, lookingPlugins, sinkPlugin } from './built-in-plugins.js';
import { logFacts } from './fact-log.js';
import { observerPlugin } from './observer-plugin.js';
import type { ReportDirectory } from './report-directory.js';

/** Everything that an agent is composed of: what comes with nic-herald, and what herald.yaml names. */
export const agentPlugins = async (
  { sockets, enableMigrationEvents, handoffDirectory, learner, rules }: AgentSettings,
  loaded: readonly LoadedPlugin[],
  logger: Logger,
  reports: ReportDirectory | undefined,
): Promise<readonly HeraldPlugin[]> => [
  ...lookingPlugins({ sockets, enableMigrationEvents }),
  await sinkPlugin(),
  await learnerPlugin(learner),
  ...(handoffDirectory === undefined ? [] : [await handoffPlugin(handoffDirectory)]),
  ...(statesPolicy(rules) ? [policyPlugin(rules)] : []),
  ...loaded.map(({ plugin }) => plugin),
  observerPlugin('log', (bus) => logFacts(bus, logger)),
  ...(reports === undefined ? [] : [reportsPlugin(reports, logger)]),
];

const reportsPlugin = (reports: ReportDirectory, logger: Logger): HeraldPlugin => {
  const write = ({ report }: { readonly report: MigrationReport }): void => {
    reports.write(report, Date.now()).then(
      (file) => logger.debug({ file, revision: report.revision }, 'report written'),
      (error: unknown) => logger.error({ err: error }, 'a report could not be written'),
    );
  };
  return observerPlugin('reports', (bus) => [
    bus.on('announce:finished', write),
    bus.on('announce:revised', write),
  ]);
};
