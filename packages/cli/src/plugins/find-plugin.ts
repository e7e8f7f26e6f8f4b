import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { HeraldError } from '@nic-herald/core';
import { resolve as resolveImport } from 'import-meta-resolve';
import { builtInMeant } from '../agent/built-ins.js';
import { originOfFile, type PluginOrigin, readManifest } from './plugin-origin.js';

/** A module that can be imported. */
export interface FoundPlugin {
  /** What `import()` takes. */
  readonly url: string;
  readonly origin: PluginOrigin;
}

/**
 * Finds the module of a plugin as Node would for an `import` in `file`, the configuration: an npm package, or a path
 * (`./`, `../` or `/` first) of a file or of a package's folder. Throws HERALD_PLUGIN_NOT_FOUND; `where` begins
 * its message.
 */
export const findPlugin = (use: string, file: string, where: string): FoundPlugin => {
  const folder = dirname(file);
  try {
    const url = isPath(use) ? moduleAt(resolve(folder, use)) : resolveImport(use, pathToFileURL(file).href);
    if (!url.startsWith('file:')) throw new Error(`${use} is part of Node.js`);
    return { url, origin: originOfFile(fileURLToPath(url)) };
  } catch (error) {
    throw new HeraldError('HERALD_PLUGIN_NOT_FOUND', `${where}: ${problem(use, folder, error)}`, {
      cause: error,
      details: { plugin: use, folder },
    });
  }
};

/** Whether a plugin is named by its path, not by its npm package. */
export const isPath = (use: string): boolean => /^(\.{0,2}\/|\.{1,2}$)/.test(use);

/** The module of a file, or that which the package in a folder exports. */
const moduleAt = (path: string): string => {
  if (!statSync(path).isDirectory()) return pathToFileURL(path).href;
  const { name, main } = readManifest(path);
  if (name !== undefined && main === undefined) {
    // a package may import itself by its name, through its `exports`
    return resolveImport(name, pathToFileURL(join(path, 'package.json')).href);
  }
  const entry = join(path, main ?? 'index.js');
  statSync(entry);
  return pathToFileURL(entry).href;
};

const problem = (use: string, folder: string, error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (isPath(use)) {
    const path = resolve(folder, use);
    return code === 'ENOENT'
      ? `there is no ${path}; paths are relative to the configuration file`
      : `${path} is no plugin's file or package`;
  }
  if (code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return `the package of ${use} exports no such module`;
  const meant = builtInMeant(use);
  const hint =
    meant === undefined
      ? `run 'npm install ${use}' there, or write ./${use} for a path`
      : `did you mean '${meant}', which comes with nic-herald?`;
  return `no package ${use} is installed in ${folder} or above it: ${hint}`;
};
