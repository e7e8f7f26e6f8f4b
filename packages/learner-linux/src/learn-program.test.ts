import { describe, expect, it } from 'vitest';
import { compileLearnProgram, installedClang, learnSourceSha256 } from '../bpf/compile-learn-program.js';
import { LEARN_PROGRAM } from './generated/learn-program.js';
import { learnInstructions } from './learn-program.js';

const clang = installedClang();
const missing = 'missing' in clang ? clang.missing : undefined;
const otherClang =
  'major' in clang && clang.major !== LEARN_PROGRAM.clangMajor
    ? `clang ${clang.major} here, clang ${LEARN_PROGRAM.clangMajor} made them`
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

describe('the committed instructions', () => {
  it('were made from the source as it is now', () => {
    expect(LEARN_PROGRAM.sourceSha256).toBe(learnSourceSha256());
  });

  it('call what Linux 5.8 has: look up, update, time, read from a frame', () => {
    expect(helpersOf(LEARN_PROGRAM.instructions)).toEqual([1, 2, 5, 26]);
  });

  it.skipIf(missing ?? otherClang)(
    `are what clang makes of the source${reason(missing ?? otherClang)}`,
    () => {
      expect(compileLearnProgram()).toEqual(LEARN_PROGRAM);
    },
  );

  it.skipIf(missing)(`are also with another clang a program of the same calls${reason(missing)}`, () => {
    const { instructions, mapReferences } = compileLearnProgram();
    expect(helpersOf(instructions)).toEqual([1, 2, 5, 26]);
    for (const positions of Object.values(mapReferences)) expect(positions.length).toBeGreaterThan(1);
  });
});

describe('learnInstructions', () => {
  it('loads each map where it is referred to, and changes nothing else', () => {
    const complete = learnInstructions({ stations: 0x1234, addresses: 0x5678 });
    const words = Buffer.from(complete).toString('hex').match(/.{16}/g) ?? [];
    const changed = words.flatMap((word, index) =>
      word === LEARN_PROGRAM.instructions[index] ? [] : [index],
    );
    const { stations, addresses } = LEARN_PROGRAM.mapReferences;
    expect(changed).toEqual([...stations, ...addresses].sort((a, b) => a - b));
    for (const index of stations) expect(words[index]).toBe('1811000034120000'); // r1 = map of descriptor 0x1234
    for (const index of addresses) expect(words[index]).toBe('1811000078560000');
  });
});
