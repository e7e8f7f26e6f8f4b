import { describe, expect, it } from 'vitest';
import { compileProgram, installedClang, sourceSha256 } from '../../../scripts/bpf/compile-program.js';
import { LEARN, WATCH } from '../bpf/programs.js';
import { LEARN_PROGRAM } from './generated/learn-program.js';
import { WATCH_PROGRAM } from './generated/watch-program.js';
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

/** Look up, update, time, read from a frame. */
const OF_LINUX_5_8 = [1, 2, 5, 26];

describe.each([
  [LEARN, LEARN_PROGRAM],
  [WATCH, WATCH_PROGRAM],
])('the committed instructions of $name', (source, program) => {
  it('were made from the source as it is now', () => {
    expect(program.sourceSha256).toBe(sourceSha256(source));
  });

  it('call what Linux 5.8 has', () => {
    expect(helpersOf(program.instructions)).toEqual(OF_LINUX_5_8);
  });

  it.skipIf(missing ?? otherClang)(
    `are what clang makes of the source${reason(missing ?? otherClang)}`,
    () => {
      expect(compileProgram(source)).toEqual(program);
    },
  );

  it.skipIf(missing)(`are also with another clang a program of the same calls${reason(missing)}`, () => {
    const { instructions, mapReferences } = compileProgram(source);
    expect(helpersOf(instructions)).toEqual(OF_LINUX_5_8);
    for (const positions of Object.values(mapReferences)) expect(positions).not.toEqual([]);
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
