import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolve as resolveImport } from 'import-meta-resolve';

/** Where a plugin came from. */
export interface PluginOrigin {
  /** The npm package its module lies in; absent for a lone file. */
  readonly package?: string;
  readonly version?: string;
  /** The module's file; for what comes with nic-herald the package's folder. */
  readonly path: string;
}

/** The origin of a module: its file, and the nearest package.json above it that has a name. */
export const originOfFile = (file: string): PluginOrigin => {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = readManifest(folder);
    if (manifest.name !== undefined) {
      return {
        package: manifest.name,
        ...(manifest.version === undefined ? {} : { version: manifest.version }),
        path: file,
      };
    }
    if (folder === dirname(folder)) return { path: file };
  }
};

/** The origin of a plugin that comes with nic-herald, by its name; `undefined` for any other. */
export const originOfBuiltIn = (plugin: string): PluginOrigin | undefined => {
  try {
    const own = new URL('../../package.json', import.meta.url).href;
    const manifest = plugin.startsWith('nic-herald/')
      ? own
      : resolveImport(`${plugin}/package.json`, import.meta.url);
    const file = fileURLToPath(manifest);
    return { ...originOfFile(file), path: dirname(file) };
  } catch {
    return undefined;
  }
};

/** "acme-nic 1.2.3 (/srv/acme/index.js)", for messages. */
export const originText = ({ package: name, version, path }: PluginOrigin): string =>
  name === undefined ? path : `${name}${version === undefined ? '' : ` ${version}`} (${path})`;

/** What a package.json says of name, version and entry; nothing where there is none that can be read. */
export const readManifest = (
  folder: string,
): Readonly<Record<'name' | 'version' | 'main', string | undefined>> => {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch {
    content = undefined;
  }
  const manifest = (typeof content === 'object' && content !== null ? content : {}) as Record<
    string,
    unknown
  >;
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return { name: text(manifest['name']), version: text(manifest['version']), main: text(manifest['main']) };
};
