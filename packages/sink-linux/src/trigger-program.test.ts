import { describe, expect, it } from 'vitest';
import { compileProgram, installedClang, sourceSha256 } from '../../../scripts/bpf/compile-program.js';
import { GENERATE, TRIGGER } from '../bpf/programs.js';
import { GENERATE_PROGRAM } from './generated/generate-program.js';
import { TRIGGER_PROGRAM } from './generated/trigger-program.js';

const clang = installedClang();
const missing = 'missing' in clang ? clang.missing : undefined;
const otherClang =
  'major' in clang && clang.major !== TRIGGER_PROGRAM.clangMajor
    ? `clang ${clang.major} here, clang ${TRIGGER_PROGRAM.clangMajor} made them`
    : undefined;
const reason = (why: string | undefined): string => (why === undefined ? '' : ` (skipped: ${why})`);

/** Numbers of the helpers that a program calls: BPF_JMP | BPF_CALL with the number as its immediate value. */
const helpersOf = (instructions: readonly string[]): readonly number[] => [
  ...new Set(
    instructions
      .filter((one) => one.startsWith('85'))
      .map((one) => Buffer.from(one, 'hex').readInt32LE(4))
      .sort((a, b) => a - b),
  ),
];

/** Look up, time, put a copy in. */
const OF_TRIGGER = [1, 5, 13];
/** Besides: delete, CPU, write to a frame, redirect, read from it, change its length, forget and set its hash, take from a queue. */
const OF_GENERATE = [1, 3, 5, 8, 9, 13, 23, 26, 38, 41, 48, 88];

describe.each([
  [TRIGGER, TRIGGER_PROGRAM, OF_TRIGGER],
  [GENERATE, GENERATE_PROGRAM, OF_GENERATE],
])('the committed instructions of $name', (source, program, helpers) => {
  it('were made from the source as it is now', () => {
    expect(program.sourceSha256).toBe(sourceSha256(source));
  });

  it('call what Linux 5.8 has, and nothing that is for programs under the GPL', () => {
    expect(helpersOf(program.instructions)).toEqual(helpers);
  });

  it.skipIf(missing ?? otherClang)(
    `are what clang makes of the source${reason(missing ?? otherClang)}`,
    () => {
      expect(compileProgram(source)).toEqual(program);
    },
  );

  it.skipIf(missing)(`are also with another clang a program of the same calls${reason(missing)}`, () => {
    const { instructions, mapReferences } = compileProgram<string>(source);
    expect(helpersOf(instructions)).toEqual(helpers);
    for (const positions of Object.values(mapReferences)) expect(positions).not.toEqual([]);
  });
});
