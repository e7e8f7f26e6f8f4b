import {
  ANNOUNCE_POLICY,
  ANNOUNCEMENT_KIND,
  type AnyToken,
  FRAME_SINK,
  GUEST_MONITOR,
  HANDOFF_STORE,
  type HeraldPlugin,
  isHeraldError,
  PLUGIN_CONTRACT,
} from '@nic-herald/core';
import { tokenName } from '@nic-herald/core/internal';
import { composeHost, type HeraldHost } from '@nic-herald/host';
import { type Logger, pino } from 'pino';
import { agentPlugins } from '../agent/agent-plugins.js';
import { ownRejections } from '../agent/own-rejections.js';
import { ReportDirectory } from '../agent/report-directory.js';
import type { CliIo } from '../cli-io.js';
import { type AgentSettings, agentSettings, type RunFlags } from '../config/agent-settings.js';
import { loadConfig } from '../config/load-config.js';
import { POLICY_PLUGIN } from '../config/policy-plugin.js';
import { statedModes } from '../config/stated-modes.js';
import { unknownKinds } from '../config/unknown-kinds.js';
import { claimSocket } from '../control/claim-socket.js';
import { checkControlPath, controlPath } from '../control/control-path.js';
import { ControlServer } from '../control/control-server.js';
import { EXIT, type ExitCode, exitCodeOf } from '../exit-code.js';
import { withOrigins } from '../plugins/agent-description.js';
import { type TakenPlugins, takePlugins } from '../plugins/take-plugins.js';
import { printError } from '../print-error.js';

/** `nic-herald run`: the agent of one host, until SIGTERM or SIGINT. */
export const runCommand = async (
  flags: RunFlags,
  options: { readonly debug: boolean },
  io: CliIo,
): Promise<ExitCode> => {
  const file = flags.config === undefined ? undefined : await loadConfig(flags.config);
  const settings = agentSettings(flags, file?.config ?? {});
  const taken = await takePlugins(flags, file);
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
  const disown = ownRejections(logger);
  try {
    return await agent(settings, taken, control, logger, stopped);
  } catch (error) {
    // what could not start here was told by whoever could not; the rest is a fault
    if (!isHeraldError(error)) throw error;
    printError(error, io, options);
    return exitCodeOf(error) === EXIT.usage ? EXIT.usage : EXIT.cannotRunHere;
  } finally {
    disown();
    destination.flushSync();
  }
};

const agent = async (
  settings: AgentSettings,
  taken: TakenPlugins,
  controlSocket: string,
  logger: Logger,
  stopped: Promise<string>,
): Promise<ExitCode> => {
  const { host: name, reportDirectory } = settings;
  const reports = reportDirectory === undefined ? undefined : new ReportDirectory(reportDirectory);
  await claimSocket(checkControlPath(controlSocket)); // before anything is started that another agent may hold
  await reports?.start();
  const plugins = [...agentPlugins(settings, taken.plugins, logger, reports), watching];
  const host = await composeHost(plugins, { name });
  if (!provides(host, HANDOFF_STORE)) {
    logger.warn('no hand-off directory: guests arriving here are announced as far as their own cards tell');
  }
  if (!provides(host, FRAME_SINK)) {
    logger.warn('no plugin brings a sink: nothing is announced from this host');
  }
  for (const { kind, message } of unknownKinds(settings.rules, provided(host, ANNOUNCEMENT_KIND))) {
    logger.warn({ code: 'HERALD_KIND_UNKNOWN', kind }, message);
  }
  let control: ControlServer | undefined;
  try {
    control = await ControlServer.listen(controlSocket, {
      ...host,
      describe: () => withOrigins(host.describe(), taken),
    });
    logger.info(
      {
        control: controlSocket,
        guests: host.guests().length,
        plugins: pluginNames(host),
        ...modesOf(host, settings),
      },
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

/** The plugin whose policy holds where nothing is stated. */
const HOST_PLUGIN = '@nic-herald/host';

/** An agent without a monitor would run and see nothing. */
const watching: HeraldPlugin = {
  name: 'nic-herald/agent',
  contract: PLUGIN_CONTRACT,
  requires: [GUEST_MONITOR],
  install: () => {},
};

const provides = (host: HeraldHost, token: AnyToken): boolean => provided(host, token).length > 0;

/** Names of what the plugins of a host provide for a token. */
const provided = (host: HeraldHost, token: AnyToken): readonly string[] =>
  host
    .describe()
    .plugins.flatMap(({ registrations }) => registrations)
    .filter((each) => each.token === tokenName(token))
    .map(({ implementation }) => implementation);

/** Whether frames are sent; where the policy is a plugin's own, only it knows. */
const modesOf = (host: HeraldHost, { rules }: AgentSettings): object => {
  const [policy] = providers(host, ANNOUNCE_POLICY);
  const isForeign = policy !== undefined && policy !== HOST_PLUGIN && policy !== POLICY_PLUGIN;
  return isForeign ? { mode: `as ${policy} says` } : statedModes(rules);
};

/** Names of the plugins of a host that provide for a token. */
const providers = (host: HeraldHost, token: AnyToken): readonly string[] =>
  host
    .describe()
    .plugins.filter(({ registrations }) => registrations.some((each) => each.token === tokenName(token)))
    .map(({ plugin }) => plugin);

const pluginNames = (host: HeraldHost): readonly string[] =>
  host.describe().plugins.map(({ plugin }) => plugin);
