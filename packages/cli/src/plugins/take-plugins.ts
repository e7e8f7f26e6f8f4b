import { HeraldError } from '@nic-herald/core';
import { builtInOf } from '../agent/built-ins.js';
import type { RunFlags } from '../config/agent-settings.js';
import type { LoadedConfig } from '../config/load-config.js';
import { choosePlugins, type FoundHere } from './choose-plugins.js';
import { foundHere } from './found-here.js';
import { type LoadedPlugin, loadPlugins } from './load-plugins.js';
import type { LeftOutPlugin, PluginChoice } from './plugin-choice.js';

/** The plugins of an agent, but for those of the command itself. */
export interface TakenPlugins {
  readonly plugins: readonly LoadedPlugin[];
  readonly leftOut: readonly LeftOutPlugin[];
}

/**
 * Chooses and loads what flags and herald.yaml ask for. Rejects with HERALD_USAGE where nothing could watch, and with
 * what `choosePlugins` and `loadPlugins` throw.
 */
export const takePlugins = async (
  flags: RunFlags,
  file?: LoadedConfig,
  found: FoundHere = foundHere(),
): Promise<TakenPlugins> => {
  const { taken, leftOut } = choosePlugins(flags, file, found);
  if (!taken.some(mayWatch)) {
    const out = leftOut.filter(({ plugin }) => builtInOf(plugin)?.watches === true);
    const why = out.map(
      ({ plugin, because }) => `${plugin} is left out by ${because}, and no other plugin may watch`,
    );
    throw new HeraldError(
      'HERALD_USAGE',
      `there is nothing to watch: ${
        why.length > 0
          ? `${why.join('; ')}. Take it in again, or name a plugin that brings a monitor`
          : 'no socket of libvirt is found here. Give --libvirt to wait for it, or --qmp SOCKET, or name them under monitors in herald.yaml'
      }`,
    );
  }
  return { plugins: await loadPlugins(taken, file?.file), leftOut };
};

/** Whether a plugin has a monitor; of others' it shows when they are installed. */
const mayWatch = ({ builtIn }: PluginChoice): boolean => builtIn === undefined || builtIn.watches === true;
