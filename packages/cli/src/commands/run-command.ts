import { once } from 'node:events';
import { claimControlSocket, controlPath } from '@nic-herald/control';
import {
  ANNOUNCE_POLICY,
  ANNOUNCEMENT_KIND,
  GUEST_MONITOR,
  type HeraldPlugin,
  isHeraldError,
  PLUGIN_CONTRACT,
} from '@nic-herald/core';
import type { AnyToken } from '@nic-herald/core/internal';
import { tokenName } from '@nic-herald/core/internal';
import { type ComposedHost, composeHost } from '@nic-herald/host';
import type { Logger } from 'pino';
import { AgentLog } from '../agent/agent-log.js';
import { agentPlugins } from '../agent/agent-plugins.js';
import { CONTROL_PLUGIN } from '../agent/built-ins.js';
import { closeHost } from '../agent/close-host.js';
import { ConfigReload } from '../agent/config-reload.js';
import { missingParts } from '../agent/missing-parts.js';
import { ownRejections } from '../agent/own-rejections.js';
import type { CliIo } from '../cli-io.js';
import { type AgentSettings, agentSettings, type RunFlags } from '../config/agent-settings.js';
import { LivePolicy } from '../config/live-policy.js';
import { loadConfig } from '../config/load-config.js';
import { POLICY_PLUGIN } from '../config/policy-plugin.js';
import { statedModes } from '../config/stated-modes.js';
import { unknownKinds } from '../config/unknown-kinds.js';
import { EXIT, type ExitCode, exitCodeOf } from '../exit-code.js';
import { withOrigins } from '../plugins/agent-description.js';
import { type TakenPlugins, takePlugins } from '../plugins/take-plugins.js';
import { printError } from '../print-error.js';
import { v8Thrift } from '../process/v8-thrift.js';
import { ServiceManager, takeServiceChannel } from '../service/service-manager.js';
import { servicePlugin } from '../service/service-plugin.js';
import { serviceStatus } from '../service/service-status.js';

/** `nic-herald run`: the agent of one host, until SIGTERM or SIGINT. */
export const runCommand = async (
  flags: RunFlags,
  options: { readonly debug: boolean },
  io: CliIo,
): Promise<ExitCode> => {
  const channel = takeServiceChannel(io.env, process.pid); // before a plugin is loaded, which may start a child
  const file = flags.config === undefined ? undefined : await loadConfig(flags.config);
  const settings = agentSettings(flags, file?.config ?? {});
  const taken = await takePlugins(flags, file);
  const controlSocket = controlSocketOf(taken, settings.host, io);
  const stopped = io.untilStopped(); // from here on a signal ends the agent in order, not in the middle
  const log = new AgentLog(settings, io);
  const { logger } = log;
  const disown = ownRejections(logger);
  const service = channel && new ServiceManager(channel, logger);
  try {
    const policy = new LivePolicy(settings.rules);
    const reload = new ConfigReload(
      { flags, file, policy, logger },
      { began: () => service?.reloading(), ended: () => service?.reloaded() },
    );
    const unhear = io.onReload(() => reload.request());
    try {
      return await untilEnded({ settings, taken, controlSocket, logger, policy, reload, service, stopped });
    } finally {
      unhear();
    }
  } catch (error) {
    // what could not start here was told by whoever could not; the rest is a fault
    if (!isHeraldError(error)) throw error;
    printError(error, io, options);
    return exitCodeOf(error) === EXIT.usage ? EXIT.usage : EXIT.cannotRunHere;
  } finally {
    disown();
    await log.end();
  }
};

/** Where the agent can be asked; `undefined` where herald.yaml leaves that out. */
const controlSocketOf = ({ plugins }: TakenPlugins, host: string, io: CliIo): string | undefined => {
  const control = plugins.find(({ plugin }) => plugin.name === CONTROL_PLUGIN);
  if (control === undefined) return undefined;
  const { socket } = (control.given ?? {}) as { readonly socket?: string };
  return socket ?? controlPath(host, io);
};

/** What an agent is made of. */
interface Agent {
  readonly settings: AgentSettings;
  readonly taken: TakenPlugins;
  readonly controlSocket: string | undefined;
  readonly logger: Logger;
  readonly policy: LivePolicy;
  readonly reload: ConfigReload;
  readonly service: ServiceManager | undefined;
  readonly stopped: Promise<NodeJS.Signals>;
}

/** The agent from its start to its end; a signal ends it in whatever it is doing. */
const untilEnded = async (agent: Agent): Promise<ExitCode> => {
  const { logger, service, stopped } = agent;
  const givenUp = new AbortController();
  const stopping = stopped.then((signal) => {
    logger.info({ signal }, 'stopping');
    service?.stopping();
    givenUp.abort();
  });
  let host: ComposedHost;
  try {
    host = await started(agent, givenUp.signal);
  } catch (error) {
    if (!givenUp.signal.aborted) throw error;
    logger.info('stopped before it was ready');
    return EXIT.ok;
  }
  let isClosed = false;
  try {
    tellReady(host, agent);
    service?.ready(serviceStatus(host.stats()));
    v8Thrift.settle();
    await stopping;
  } finally {
    isClosed = await closeHost(host, logger);
  }
  logger.info('stopped');
  return isClosed ? EXIT.ok : EXIT.failure;
};

/** Starts everything, or rejects as soon as `signal` aborts. */
const started = async (
  { settings, taken, controlSocket, logger, policy, service }: Agent,
  signal: AbortSignal,
): Promise<ComposedHost> => {
  const { host: name, reportDirectory, reportKeep: keep } = settings;
  const reports = reportDirectory === undefined ? undefined : { directory: reportDirectory, keep };
  if (controlSocket !== undefined) {
    // before anything is started that another agent may hold; a file system that hangs does not answer
    await Promise.race([claimControlSocket(controlSocket), once(signal, 'abort')]);
    signal.throwIfAborted();
  }
  const plugins = [
    ...agentPlugins(settings, taken.plugins, logger, reports, policy),
    ...(service === undefined ? [] : [servicePlugin(service)]),
    watching,
  ];
  return composeHost(plugins, {
    name,
    policy,
    signal,
    describe: (described) => withOrigins(described, taken),
  });
};

/** Says that the agent is ready, and what it does without. */
const tellReady = (host: ComposedHost, { controlSocket, logger, reload }: Agent): void => {
  const { settings } = reload;
  const kinds = provided(host, ANNOUNCEMENT_KIND);
  reload.ready({ kinds, policyOf: foreignPolicy(host) });
  for (const missing of missingParts(host.describe().plugins)) logger.warn(missing);
  for (const { kind, message } of unknownKinds(settings.rules, kinds, reload.file)) {
    logger.warn({ code: 'HERALD_KIND_UNKNOWN', kind }, message);
  }
  logger.info(
    {
      ...(controlSocket === undefined ? {} : { control: controlSocket }),
      guests: host.guests().length,
      plugins: pluginNames(host),
      ...modesOf(host, settings),
    },
    'ready',
  );
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

/** Names of what the plugins of a host provide for a token. */
const provided = (host: ComposedHost, token: AnyToken): readonly string[] =>
  host
    .describe()
    .plugins.flatMap(({ registrations }) => registrations)
    .filter((each) => each.token === tokenName(token))
    .map(({ implementation }) => implementation);

/** Whether frames are sent; where the policy is a plugin's own, only it knows. */
const modesOf = (host: ComposedHost, { rules }: AgentSettings): object => {
  const foreign = foreignPolicy(host);
  return foreign === undefined ? statedModes(rules) : { mode: `as ${foreign} says` };
};

/** The plugin of another whose policy holds; absent where it is herald.yaml's, or the host's own. */
const foreignPolicy = (host: ComposedHost): string | undefined => {
  const [policy] = providers(host, ANNOUNCE_POLICY);
  return policy === HOST_PLUGIN || policy === POLICY_PLUGIN ? undefined : policy;
};

/** Names of the plugins of a host that provide for a token. */
const providers = (host: ComposedHost, token: AnyToken): readonly string[] =>
  host
    .describe()
    .plugins.filter(({ registrations }) => registrations.some((each) => each.token === tokenName(token)))
    .map(({ plugin }) => plugin);

const pluginNames = (host: ComposedHost): readonly string[] =>
  host.describe().plugins.map(({ plugin }) => plugin);
