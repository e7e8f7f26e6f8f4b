import { dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { HeraldError } from '@nic-herald/core';
import type { BuiltIn, OptionSource } from '../agent/built-ins.js';
import type { RunFlags } from '../config/agent-settings.js';
import type { LoadedConfig } from '../config/load-config.js';
import { oneOrAll } from '../one-or-all.js';
import { configPlace } from './config-place.js';

/** Where an option was given: by a flag, or at a path of herald.yaml. */
export type OptionPlace = { readonly flag: string } | { readonly path: readonly PropertyKey[] };

/** The options of a built-in, put together. */
export interface BuiltInOptions {
  /** By option; where an entry gives no mapping, what it gives. */
  readonly values: unknown;
  readonly places: ReadonlyMap<string, OptionPlace>;
}

/**
 * Puts together what flags, sections and the entry of index `entry` under `plugins:` say of a built-in. A flag wins.
 * Section and entry may both speak, and not differ: else it throws HERALD_CONFIG_INVALID, which names both.
 */
export const builtInOptions = (
  { sources, name }: BuiltIn,
  flags: RunFlags,
  file: LoadedConfig | undefined,
  entry: number | undefined,
): BuiltInOptions => {
  const values: Record<string, unknown> = {};
  const places = new Map<string, OptionPlace>();
  const base = file === undefined ? '.' : dirname(resolve(file.file));
  const written = entry === undefined ? undefined : file?.config.plugins?.[entry]?.with;
  const withPath = (option: string): readonly PropertyKey[] => ['plugins', entry ?? 0, 'with', option];
  if (written !== undefined && written !== null && !isMapping(written)) {
    return { values: written, places };
  }
  for (const [option, value] of Object.entries(written ?? {})) {
    const isPath = sources.some((source) => source.option === option && source.isPath);
    values[option] = isPath ? absolute(value, base) : value;
    places.set(option, { path: withPath(option) });
  }
  const conflicts: HeraldError[] = [];
  for (const source of sources) {
    const { option, key, flag } = source;
    const inSection = fromSection(source, file, base);
    const here = places.get(option);
    if (inSection !== undefined && here === undefined) {
      values[option] = inSection;
      places.set(option, { path: key });
    } else if (
      inSection !== undefined &&
      file !== undefined &&
      !isDeepStrictEqual(values[option], inSection)
    ) {
      conflicts.push(conflict(file, withPath(option), key, name));
    }
    const flagged = flag?.of(flags);
    if (flag === undefined || !isGiven(flagged)) continue;
    values[option] = source.isPath ? absolute(flagged, '.') : flagged;
    places.set(option, { flag: flag.name });
  }
  if (conflicts.length > 0) throw oneOrAll(conflicts, `${name} is configured twice`);
  return { values, places };
};

const conflict = (
  file: LoadedConfig,
  entry: readonly PropertyKey[],
  key: readonly string[],
  name: string,
): HeraldError =>
  new HeraldError(
    'HERALD_CONFIG_INVALID',
    `${configPlace(file, entry)}: differs from ${key.join('.')} in line ${file.lineOf(key)}, which is the same option of ${name}: keep one of them`,
    { details: { file: file.file, line: file.lineOf(entry) } },
  );

const fromSection = (
  { key, isPath }: OptionSource,
  file: LoadedConfig | undefined,
  base: string,
): unknown => {
  let value: unknown = file?.config;
  for (const part of key) value = isMapping(value) ? value[part] : undefined;
  if (!isGiven(value)) return undefined;
  return isPath ? absolute(value, base) : value;
};

/** An empty list of sockets names none. */
const isGiven = (value: unknown): boolean =>
  value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Paths made absolute; what is no path stays for the plugin to refuse. */
const absolute = (value: unknown, base: string): unknown => {
  if (Array.isArray(value)) return value.map((each) => absolute(each, base));
  return typeof value === 'string' && value !== '' ? resolve(base, value) : value;
};
