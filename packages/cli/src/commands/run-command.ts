import { type HeraldPlugin, isHeraldError } from '@nic-herald/core';
import { composeHost, type HeraldHost } from '@nic-herald/host';
import { type Logger, pino } from 'pino';
import { handoffPlugin, learnerPlugin, lookingPlugins, sinkPlugin } from '../agent/built-in-plugins.js';
import { logFacts } from '../agent/fact-log.js';
import { observerPlugin } from '../agent/observer-plugin.js';
import { ReportDirectory } from '../agent/report-directory.js';
import type { CliIo } from '../cli-io.js';
import { type AgentSettings, agentSettings, type RunFlags } from '../config/agent-settings.js';
import { loadConfig } from '../config/load-config.js';
import { policyPlugin } from '../config/policy-plugin.js';
import { claimSocket } from '../control/claim-socket.js';
import { checkControlPath, controlPath } from '../control/control-path.js';
import { ControlServer } from '../control/control-server.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { printError } from '../print-error.js';

/** `nic-herald run`: the agent of one host, until SIGTERM or SIGINT. */
export const runCommand = async (
  flags: RunFlags,
  options: { readonly debug: boolean },
  io: CliIo,
): Promise<ExitCode> => {
  const config = flags.config === undefined ? {} : await loadConfig(flags.config);
  const settings = agentSettings(flags, config);
  const control = settings.controlSocket ?? controlPath(settings.host, io);
  const stopped = io.untilStopped(); // from here on a signal ends the agent in order, not in the middle
  const destination = pino.destination({ dest: 1, sync: false });
  const logger = pino(
    {
      level: settings.logLevel,
      base: { host: settings.host },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  try {
    return await agent(settings, control, logger, stopped);
  } catch (error) {
    // what could not start here was told by whoever could not; the rest is a fault
    if (!isHeraldError(error)) throw error;
    printError(error, io, options);
    return EXIT.cannotRunHere;
  } finally {
    destination.flushSync();
  }
};

const agent = async (
  settings: AgentSettings,
  controlSocket: string,
  logger: Logger,
  stopped: Promise<string>,
): Promise<ExitCode> => {
  const { host: name, handoffDirectory, reportDirectory } = settings;
  const reports = reportDirectory === undefined ? undefined : new ReportDirectory(reportDirectory);
  await claimSocket(checkControlPath(controlSocket)); // before anything is started that another agent may hold
  await reports?.start();
  if (handoffDirectory === undefined) {
    logger.warn('no hand-off directory: guests arriving here are announced as far as their own cards tell');
  }
  const host = await composeHost(await pluginsOf(settings, logger, reports), { name });
  let control: ControlServer | undefined;
  try {
    control = await ControlServer.listen(controlSocket, host);
    logger.info(
      { control: controlSocket, guests: host.guests().length, plugins: pluginNames(host) },
      'ready',
    );
    logger.info({ signal: await stopped }, 'stopping');
  } finally {
    await control?.close();
    await host.close();
    await reports?.settled();
  }
  logger.info('stopped');
  return EXIT.ok;
};

const pluginsOf = async (
  { sockets, enableMigrationEvents, handoffDirectory, learner, rules }: AgentSettings,
  logger: Logger,
  reports: ReportDirectory | undefined,
): Promise<readonly HeraldPlugin[]> => [
  ...lookingPlugins({ sockets, enableMigrationEvents }),
  await sinkPlugin(),
  await learnerPlugin(learner),
  ...(handoffDirectory === undefined ? [] : [await handoffPlugin(handoffDirectory)]),
  policyPlugin(rules),
  observerPlugin('log', (bus) => logFacts(bus, logger)),
  ...(reports === undefined ? [] : [reportsPlugin(reports, logger)]),
];

const reportsPlugin = (reports: ReportDirectory, logger: Logger): HeraldPlugin =>
  observerPlugin('reports', (bus) => [
    bus.on('announce:finished', ({ report }) => {
      reports.write(report, Date.now()).then(
        (file) => logger.debug({ file }, 'report written'),
        (error: unknown) => logger.error({ err: error }, 'a report could not be written'),
      );
    }),
  ]);

const pluginNames = (host: HeraldHost): readonly string[] =>
  host.describe().plugins.map(({ plugin }) => plugin);
