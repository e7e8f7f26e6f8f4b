import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileProgram, LEARN, type ProgramSource, WATCH } from './compile-program.js';

// npm run generate: writes src/generated/*-program.ts anew from the sources in this folder.

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
  const target = join(import.meta.dirname, `../src/generated/${name}-program.ts`);
  writeFileSync(target, text);
  console.log(`${target}: ${instructions.length} instructions`);
};

for (const source of [LEARN, WATCH]) generate(source);
