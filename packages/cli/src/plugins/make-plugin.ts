import {
  type ErrorCode,
  HeraldError,
  type HeraldPlugin,
  isHeraldError,
  PLUGIN_CONTRACT,
  type PluginFactory,
} from '@nic-herald/core';
import type { PluginChoice } from './plugin-choice.js';
import { checkOptions } from './plugin-options.js';
import { originText, type PluginOrigin } from './plugin-origin.js';

/**
 * Imports the module of a plugin and makes the plugin with its options: the same for strangers and for what comes with
 * nic-herald. Rejects with HERALD_PLUGIN_LOAD, HERALD_PLUGIN_EXPORT, HERALD_PLUGIN_OPTIONS or HERALD_PLUGIN_CONTRACT.
 */
export const makePlugin = async (
  { use, given, placeOf }: Pick<PluginChoice, 'use' | 'given' | 'placeOf'>,
  origin: PluginOrigin,
  load: () => Promise<object>,
): Promise<HeraldPlugin> => {
  const named = originText(origin);
  const fault = (code: ErrorCode, message: string, cause?: unknown): HeraldError =>
    new HeraldError(code, `${placeOf()}: ${message}`, {
      ...(cause === undefined ? {} : { cause }),
      details: { plugin: use, package: origin.package, version: origin.version, path: origin.path },
    });

  let module: Readonly<Record<string, unknown>>;
  try {
    module = (await load()) as Readonly<Record<string, unknown>>;
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
      new HeraldError('HERALD_PLUGIN_OPTIONS', `${placeOf(path)}: ${problem}, says ${named}`, {
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
  return plugin;
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
