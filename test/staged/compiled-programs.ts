import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../lab/run-program.js';

const tests = join(import.meta.dirname, '..');
/** True where this is compiled itself: what it starts then lies in the same tree. */
const isCompiled = import.meta.filename.endsWith('.js');
const stagedOutput = isCompiled ? tests : join(tests, '.cache/staged');
const compiler = join(tests, '../node_modules/typescript/bin/tsc');

/** A played QEMU, the plugin of `slow-observer`, and those of `test/soak`: how an agent does, and its scripted monitor. */
const stagedPrograms = [
  'staged/played/played-qemu-main.ts',
  'staged/blocking-observer.ts',
  'soak/gauge-plugin.ts',
  'soak/scripted-monitor-plugin.ts',
];

/**
 * Compiles what runs in processes of its own, without checking it: a played QEMU must be there in a moment, twenty at
 * a time, and an agent loads its plugins as JavaScript. `sources` are paths below `test`, `output` takes the tree.
 */
export async function compilePrograms(
  sources: readonly string[] = stagedPrograms,
  output: string = stagedOutput,
): Promise<void> {
  await rm(output, { recursive: true, force: true });
  const options = [
    ...['--ignoreConfig', '--noCheck', '--rootDir', tests, '--outDir', output],
    ...['--module', 'nodenext', '--target', 'es2023', '--types', 'node', '--skipLibCheck'],
  ];
  await runProgram(process.execPath, [compiler, ...options, ...sources.map((file) => join(tests, file))]);
}

/** The file of one that was compiled, by its path below `test` without an ending. */
export const compiledProgram = (name: string): string => join(stagedOutput, `${name}.js`);
