import { describe, expect, it } from 'vitest';
import {
  type CompiledProgram,
  compileProgram,
  installedClang,
  type ProgramSource,
  sourceSha256,
} from './compile-program.js';

/** A source, the instructions that are committed, and the numbers of the helpers that they call. */
export type CommittedProgram = readonly [
  source: ProgramSource,
  program: CompiledProgram,
  helpers: readonly number[],
];

const clang = installedClang();
const missing = 'missing' in clang ? clang.missing : undefined;
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

/** Tests what is committed of programs against their sources, and with clang where it is there. */
export const committedProgramCases = (programs: readonly CommittedProgram[]): void => {
  describe.each(programs)('the committed instructions of $name', (source, program, helpers) => {
    const otherClang =
      'major' in clang && clang.major !== program.clangMajor
        ? `clang ${clang.major} here, clang ${program.clangMajor} made them`
        : undefined;

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
      const { instructions, mapReferences } = compileProgram(source);
      expect(helpersOf(instructions)).toEqual(helpers);
      for (const positions of Object.values(mapReferences)) expect(positions).not.toEqual([]);
    });
  });
};
