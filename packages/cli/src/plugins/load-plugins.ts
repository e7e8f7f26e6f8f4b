import { dirname, resolve } from 'node:path';
import {
  type ErrorCode,
  HeraldError,
  type HeraldPlugin,
  isHeraldError,
  PLUGIN_CONTRACT,
  type PluginFactory,
} from '@nic-herald/core';
import type { PluginEntry } from '../config/herald-config.js';
import type { LoadedConfig } from '../config/load-config.js';
import { findPlugin } from './find-plugin.js';
import { checkOptions } from './plugin-options.js';
import { originText, type PluginOrigin } from './plugin-origin.js';

/** A plugin that herald.yaml names. */
export interface LoadedPlugin {
  readonly plugin: HeraldPlugin;
  readonly origin: PluginOrigin;
}

/**
 * Loads the plugins that a herald.yaml names, in its order. A plugin may bring a copy of core of its own: what
 * is compared is its contract, never a class. Rejects with HERALD_PLUGIN_NOT_FOUND, HERALD_PLUGIN_LOAD,
 * HERALD_PLUGIN_EXPORT, HERALD_PLUGIN_OPTIONS or HERALD_PLUGIN_CONTRACT, each naming file, line, package and
 * version.
 */
export const loadPlugins = async (loaded: LoadedConfig): Promise<readonly LoadedPlugin[]> => {
  const plugins: LoadedPlugin[] = [];
  for (const [index, entry] of (loaded.config.plugins ?? []).entries()) {
    plugins.push(await loadPlugin(entry, index, loaded));
  }
  return plugins;
};

const loadPlugin = async (
  { use, with: given }: PluginEntry,
  index: number,
  { file, lineOf }: LoadedConfig,
): Promise<LoadedPlugin> => {
  const where = (...more: readonly PropertyKey[]): string => {
    const path = ['plugins', index, ...more];
    return `${file}:${lineOf(path)}: ${path.map(String).join('.')}`;
  };
  const { url, origin } = findPlugin(use, dirname(resolve(file)), where());
  const named = originText(origin);
  const fault = (code: ErrorCode, message: string, cause?: unknown): HeraldError =>
    new HeraldError(code, `${where()}: ${message}`, {
      ...(cause === undefined ? {} : { cause }),
      details: { plugin: use, package: origin.package, version: origin.version, path: origin.path },
    });

  let module: Readonly<Record<string, unknown>>;
  try {
    module = (await import(/* @vite-ignore */ url)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw fault('HERALD_PLUGIN_LOAD', `the module of ${named} could not be loaded`, error);
  }
  const factory = module['plugin'];
  if (typeof factory !== 'function') {
    const names = Object.keys(module);
    throw fault(
      'HERALD_PLUGIN_EXPORT',
      `${named} exports no function \`plugin\`, which makes the plugin; it exports ${names.length === 0 ? 'nothing' : names.slice(0, 8).join(', ')}`,
    );
  }
  const make = factory as PluginFactory;
  const options = await checkOptions(
    make.options,
    given,
    (path, problem) =>
      new HeraldError('HERALD_PLUGIN_OPTIONS', `${where('with', ...path)}: ${problem}, says ${named}`, {
        details: { plugin: use, package: origin.package, version: origin.version },
      }),
  );
  let plugin: unknown;
  try {
    plugin = make(options);
  } catch (error) {
    throw isHeraldError(error) ? error : fault('HERALD_PLUGIN_LOAD', `\`plugin\` of ${named} failed`, error);
  }
  if (!isPlugin(plugin)) {
    throw fault(
      'HERALD_PLUGIN_EXPORT',
      `\`plugin\` of ${named} gave no plugin: one has a name, a contract and an install function`,
    );
  }
  const contract: number = plugin.contract;
  if (contract !== PLUGIN_CONTRACT) {
    throw fault(
      'HERALD_PLUGIN_CONTRACT',
      `${named} was written for contract ${contract}, this nic-herald has ${PLUGIN_CONTRACT}: install versions of both that fit`,
    );
  }
  return { plugin, origin };
};

const isPlugin = (value: unknown): value is HeraldPlugin =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  'contract' in value &&
  typeof value.contract === 'number' &&
  'install' in value &&
  typeof value.install === 'function';
