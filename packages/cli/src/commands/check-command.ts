import { ANNOUNCEMENT_KIND, HeraldError } from '@nic-herald/core';
import { type PluginDescription, tokenName } from '@nic-herald/core/internal';
import { describePlugins } from '@nic-herald/host';
import { pino } from 'pino';
import { agentPlugins } from '../agent/agent-plugins.js';
import type { CliIo } from '../cli-io.js';
import { type AgentSettings, agentSettings } from '../config/agent-settings.js';
import { type ConfigFault, configFaults, faultText } from '../config/config-fault.js';
import { configText } from '../config/config-text.js';
import { DEFAULT_CONFIG } from '../config/default-config.js';
import type { LoadedConfig } from '../config/load-config.js';
import { parseConfig } from '../config/parse-config.js';
import { unknownKinds } from '../config/unknown-kinds.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { counted } from '../inspect/list-text.js';
import { choosePlugins } from '../plugins/choose-plugins.js';
import { foundHere } from '../plugins/found-here.js';
import { type LoadedPlugin, loadPlugin } from '../plugins/load-plugins.js';
import type { PluginChoice } from '../plugins/plugin-choice.js';
import { printable } from '../printable.js';

/**
 * `nic-herald check`: every fault of a herald.yaml, each with its place. The plugins that it names are loaded, so that they can
 * check their options, and none is started. Rejects with HERALD_CONFIG_UNREADABLE. Status 2 where an agent would not start.
 */
export const checkCommand = async (
  file: string | undefined,
  { json }: { readonly json: boolean },
  io: CliIo,
): Promise<ExitCode> => {
  const path = file ?? DEFAULT_CONFIG;
  const yaml = await configText(path);
  const faults = (await faultsOf(path, yaml)).toSorted(byPlace);
  const isFaulty = faults.some(({ level }) => level === 'problem');
  if (json) io.write(`${JSON.stringify({ file: path, ok: !isFaulty, faults }, undefined, 2)}\n`);
  else {
    const lines = faults.map((fault) => printable(faultText(fault, path)));
    if (!isFaulty) lines.push(printable(`${path}: no problem found`));
    else lines.push(`${counted(faults.length, 'fault')} in ${printable(path)}`);
    io.write(`${lines.join('\n')}\n`);
  }
  return isFaulty ? EXIT.usage : EXIT.ok;
};

/** As one reads the file; what is about all of it comes first. */
const byPlace = (a: ConfigFault, b: ConfigFault): number =>
  (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);

const faultsOf = async (path: string, yaml: string): Promise<readonly ConfigFault[]> => {
  const parsed = parseConfig(yaml, path);
  if ('problems' in parsed) return parsed.problems.flatMap((each) => configFaults(each, path, yaml));
  const file: LoadedConfig = { file: path, ...parsed };
  const flags = { qmp: [], config: path };
  let taken: readonly PluginChoice[];
  try {
    ({ taken } = choosePlugins(flags, file, foundHere()));
  } catch (error) {
    return configFaults(error, path, yaml);
  }
  const loaded: LoadedPlugin[] = [];
  const faults: ConfigFault[] = [];
  for (const choice of taken) {
    try {
      loaded.push(await loadPlugin(choice, path));
    } catch (error) {
      faults.push(...configFaults(error, path, yaml));
    }
  }
  if (faults.length > 0) return faults; // what plugins do together shows only where all are there
  const settings = agentSettings(flags, file.config);
  try {
    const described = describePlugins(agentPlugins(settings, loaded, pino({ level: 'silent' }), undefined));
    return kindFaults(settings, described, path, yaml);
  } catch (error) {
    return configFaults(error, path, yaml);
  }
};

const kindFaults = (
  { rules }: AgentSettings,
  plugins: readonly PluginDescription[],
  path: string,
  yaml: string,
): readonly ConfigFault[] => {
  const kinds = plugins
    .flatMap(({ registrations }) => registrations)
    .filter(({ token }) => token === tokenName(ANNOUNCEMENT_KIND))
    .map(({ implementation }) => implementation);
  return unknownKinds(rules, kinds, path).flatMap(({ message }) =>
    configFaults(new HeraldError('HERALD_KIND_UNKNOWN', message), path, yaml, 'note'),
  );
};
