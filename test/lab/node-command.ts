import { join } from 'node:path';

/** The command that runs a program of this folder from its sources. */
export const nodeCommand = (program: string, ...given: readonly string[]): string[] => [
  ...[process.execPath, '--conditions=nic-herald:source', '--import', 'tsx'],
  join(import.meta.dirname, program),
  ...given,
];
