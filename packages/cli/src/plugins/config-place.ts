import type { LoadedConfig } from '../config/load-config.js';

/** Begins an error about a field of herald.yaml: `herald.yaml:7: plugins.1.with.pollMs`. */
export const configPlace = ({ file, lineOf }: LoadedConfig, path: readonly PropertyKey[]): string =>
  `${file}:${lineOf(path)}: ${path.map(String).join('.')}`;

/** Names a field of herald.yaml as a reason: `plugins.1 (herald.yaml:7)`. */
export const configReason = ({ file, lineOf }: LoadedConfig, path: readonly PropertyKey[]): string =>
  `${path.map(String).join('.')} (${file}:${lineOf(path)})`;
