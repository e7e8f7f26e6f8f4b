import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileLearnProgram } from './compile-learn-program.js';

// npm run generate: writes src/generated/learn-program.ts anew from learn.bpf.c.

const { sourceSha256, clangMajor, mapReferences, instructions } = compileLearnProgram();
const text = `// Generated from bpf/learn.bpf.c by bpf/generate.ts with clang ${clangMajor}. Do not edit.

export const LEARN_PROGRAM = {
  sourceSha256: '${sourceSha256}',
  clangMajor: ${clangMajor},
  mapReferences: {
    stations: [${mapReferences.stations.join(', ')}],
    addresses: [${mapReferences.addresses.join(', ')}],
  },
  instructions: [
${instructions.map((one) => `    '${one}',`).join('\n')}
  ],
} as const;
`;
const target = join(import.meta.dirname, '../src/generated/learn-program.ts');
writeFileSync(target, text);
console.log(`${target}: ${instructions.length} instructions`);
