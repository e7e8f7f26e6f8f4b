import { readFile, stat } from 'node:fs/promises';
import { HeraldError } from '@nic-herald/core';
import { oneOrAll } from '../one-or-all.js';
import type { HeraldConfig } from './herald-config.js';
import { type Path, parseConfig } from './parse-config.js';

const MAX_BYTES = 1_048_576;

/** A herald.yaml that was read. */
export interface LoadedConfig {
  readonly file: string;
  readonly config: HeraldConfig;
  /** The line where a field stands, counted from 1. */
  readonly lineOf: (path: Path) => number;
}

/**
 * Reads and checks a herald.yaml. Rejects with HERALD_CONFIG_UNREADABLE, or with HERALD_CONFIG_INVALID, an
 * AggregateError of them where there are several.
 */
export const loadConfig = async (file: string): Promise<LoadedConfig> => {
  let yaml: string;
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) {
      throw new HeraldError(
        'HERALD_CONFIG_INVALID',
        `${file}:1: the file has ${size} bytes, at most ${MAX_BYTES} are read`,
      );
    }
    yaml = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof HeraldError) throw error;
    const message = `the configuration file ${file} cannot be read; check the path given with --config`;
    throw new HeraldError('HERALD_CONFIG_UNREADABLE', message, { cause: error, details: { file } });
  }
  const parsed = parseConfig(yaml, file);
  if ('config' in parsed) return { file, ...parsed };
  throw oneOrAll(parsed.problems, `${file} is not valid`);
};
