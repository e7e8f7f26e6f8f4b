import { oneOrAll } from '../one-or-all.js';
import { configText } from './config-text.js';
import type { HeraldConfig } from './herald-config.js';
import { type Path, parseConfig } from './parse-config.js';

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
  const yaml = await configText(file);
  const parsed = parseConfig(yaml, file);
  if ('config' in parsed) return { file, ...parsed };
  throw oneOrAll(parsed.problems, `${file} is not valid`);
};
