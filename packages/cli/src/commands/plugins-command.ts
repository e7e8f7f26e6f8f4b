import { controlDirectory } from '@nic-herald/control';
import { describePlugins } from '@nic-herald/host';
import { pino } from 'pino';
import { agentPlugins } from '../agent/agent-plugins.js';
import type { CliIo } from '../cli-io.js';
import { agentSettings } from '../config/agent-settings.js';
import { loadConfig } from '../config/load-config.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { describeAgents } from '../inspect/ask-agents.js';
import { type AgentDescription, withOrigins } from '../plugins/agent-description.js';
import { renderPlugins } from '../plugins/render-plugins.js';
import { takePlugins } from '../plugins/take-plugins.js';

/** What `plugins` was asked. */
export interface PluginsOptions {
  /** What an agent with this herald.yaml would be composed of; absent: what running agents are. */
  readonly config?: string;
  /** Only the agent of that name. */
  readonly host?: string;
  /** Only the agent at that control socket. */
  readonly control?: string;
  readonly json: boolean;
}

/** `nic-herald plugins`: what running agents are composed of, or would be with a herald.yaml. */
export const pluginsCommand = async (options: PluginsOptions, io: CliIo): Promise<ExitCode> => {
  const { config, json, ...target } = options;
  const agents =
    config === undefined
      ? await describeAgents(target, controlDirectory(io))
      : [await describeConfig(config, target.host)];
  io.write(
    json
      ? `${JSON.stringify(agents, undefined, 2)}\n`
      : agents
          .map((agent) => renderPlugins(agent, { color: io.color, running: config === undefined }))
          .join('\n'),
  );
  return EXIT.ok;
};

/** Composes what `run` would, and starts nothing: a running agent is not disturbed, no privilege is needed. */
const describeConfig = async (file: string, host: string | undefined): Promise<AgentDescription> => {
  const loaded = await loadConfig(file);
  const flags = { config: file, qmp: [], ...(host === undefined ? {} : { host }) };
  const settings = agentSettings(flags, loaded.config);
  const taken = await takePlugins(flags, loaded);
  const plugins = agentPlugins(settings, taken.plugins, pino({ level: 'silent' }), undefined);
  return withOrigins({ host: settings.host, plugins: describePlugins(plugins, settings.host) }, taken);
};
