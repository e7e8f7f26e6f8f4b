import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileProgram, type ProgramSource } from './compile-program.js';

/** Writes `src/generated/*-program.ts` anew from these sources. Throws as `compileProgram`. */
export const generatePrograms = (sources: readonly ProgramSource[]): void => {
  for (const source of sources) generate(source);
};

const generate = (source: ProgramSource): void => {
  const { name } = source;
  const { sourceSha256, clangMajor, mapReferences, instructions } = compileProgram(source);
  const references = Object.entries(mapReferences).map(([map, at]) => `    ${map}: [${at.join(', ')}],`);
  const text = `// Generated from bpf/${name}.bpf.c by bpf/generate.ts with clang ${clangMajor}. Do not edit.

export const ${name.toUpperCase()}_PROGRAM = {
  sourceSha256: '${sourceSha256}',
  clangMajor: ${clangMajor},
  mapReferences: {
${references.join('\n')}
  },
  instructions: [
${instructions.map((one) => `    '${one}',`).join('\n')}
  ],
} as const;
`;
  const target = join(source.directory, `../src/generated/${name}-program.ts`);
  writeFileSync(target, text);
  console.log(`${target}: ${instructions.length} instructions`);
};
