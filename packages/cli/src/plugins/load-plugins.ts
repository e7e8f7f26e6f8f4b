import { resolve } from 'node:path';
import { HeraldError, type HeraldPlugin } from '@nic-herald/core';
import { findPlugin, isPath } from './find-plugin.js';
import { makePlugin } from './make-plugin.js';
import type { PluginChoice } from './plugin-choice.js';
import { originOfBuiltIn, type PluginOrigin } from './plugin-origin.js';

/** How a plugin came to be here: with nic-herald, or named under `plugins:` as a package or by its path. */
export type PluginSource = 'built-in' | 'npm' | 'path';

/** A plugin that an agent takes. */
export interface LoadedPlugin {
  readonly plugin: HeraldPlugin;
  readonly origin: PluginOrigin;
  readonly source: PluginSource;
  /** Why it is there, see `PluginChoice`. */
  readonly because: string;
  /** Its options as they were given; `undefined` where none was. */
  readonly given: unknown;
}

/**
 * Loads plugins; `file` is the configuration from whose place those of others are found. A plugin may bring a copy of
 * core of its own: what is compared is its contract, never a class. Those of others are put in order by their names, so
 * that the order in which they are written means nothing. Rejects with HERALD_PLUGIN_NOT_FOUND, HERALD_PLUGIN_LOAD,
 * HERALD_PLUGIN_EXPORT, HERALD_PLUGIN_OPTIONS or HERALD_PLUGIN_CONTRACT, each naming file, line, package and version.
 */
export const loadPlugins = async (
  choices: readonly PluginChoice[],
  file: string | undefined,
  deadlineMs?: number,
): Promise<readonly LoadedPlugin[]> => {
  const plugins: LoadedPlugin[] = [];
  for (const choice of choices) plugins.push(await loadPlugin(choice, file, deadlineMs));
  return [
    ...plugins.filter(({ source }) => source === 'built-in'),
    ...plugins
      .filter(({ source }) => source !== 'built-in')
      .toSorted((a, b) => (a.plugin.name < b.plugin.name ? -1 : 1)),
  ];
};

/** Longest that importing a plugin and checking its options may take, ms. */
const LOAD_DEADLINE_MS = 10_000;

/** Loads one plugin; see `loadPlugins`. */
export const loadPlugin = async (
  choice: PluginChoice,
  file: string | undefined,
  deadlineMs = LOAD_DEADLINE_MS,
): Promise<LoadedPlugin> => {
  const { use, builtIn, because, given } = choice;
  if (builtIn !== undefined) {
    const origin = originOfBuiltIn(builtIn.name) ?? { path: builtIn.name };
    const plugin = await inTime(makePlugin(choice, origin, builtIn.load), choice, deadlineMs);
    return { plugin, origin, source: 'built-in', because, given };
  }
  const { url, origin } = findPlugin(use, resolve(file ?? 'herald.yaml'), choice.placeOf());
  const load = (): Promise<object> => import(/* @vite-ignore */ url) as Promise<object>;
  const plugin = await inTime(makePlugin(choice, origin, load), choice, deadlineMs);
  return { plugin, origin, source: isPath(use) ? 'path' : 'npm', because, given };
};

/** The timer also keeps the process: Node.js ends without a word where it waits for nothing but an import. */
const inTime = async <T>(
  made: Promise<T>,
  { use, placeOf }: PluginChoice,
  deadlineMs: number,
): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = `${placeOf()}: ${use} was not loaded within ${deadlineMs} ms: look for an \`await\` at the top of its modules, or in the schema of its options, that never ends`;
      reject(new HeraldError('HERALD_PLUGIN_LOAD', message, { details: { plugin: use } }));
    }, deadlineMs);
  });
  try {
    return await Promise.race([made, late]);
  } finally {
    clearTimeout(timer);
  }
};
