import { describe, expect, it } from 'vitest';
import { committedProgramCases } from '../../../scripts/bpf/committed-program-cases.js';
import { LEARN, WATCH } from '../bpf/programs.js';
import { LEARN_PROGRAM } from './generated/learn-program.js';
import { WATCH_PROGRAM } from './generated/watch-program.js';
import { learnInstructions } from './learn-program.js';

/** Look up, update, time, read from a frame. */
const OF_LINUX_5_8 = [1, 2, 5, 26];
const JIFFIES64 = 118; // Linux 5.6

committedProgramCases([
  [LEARN, LEARN_PROGRAM, [...OF_LINUX_5_8, JIFFIES64]],
  [WATCH, WATCH_PROGRAM, OF_LINUX_5_8],
]);

describe('learnInstructions', () => {
  it('loads each map where it is referred to, and changes nothing else', () => {
    const fds = { stations: 0x1234, addresses: 0x5678, questions: 0x9abc, port: 0xdef0, recent: 0x2345 };
    const words = Buffer.from(learnInstructions(fds)).toString('hex').match(/.{16}/g) ?? [];
    const changed = words.flatMap((word, index) =>
      word === LEARN_PROGRAM.instructions[index] ? [] : [index],
    );
    const { mapReferences } = LEARN_PROGRAM;
    expect(changed).toEqual(
      Object.values(mapReferences)
        .flat()
        .sort((a, b) => a - b),
    );
    const { stations, addresses, questions, port, recent } = mapReferences;
    for (const index of stations) expect(words[index]).toBe('1811000034120000'); // r1 = map of descriptor 0x1234
    for (const index of addresses) expect(words[index]).toBe('1811000078560000');
    for (const index of questions) expect(words[index]).toBe('18110000bc9a0000');
    for (const index of port) expect(words[index]).toBe('18110000f0de0000');
    for (const index of recent) expect(words[index]).toBe('1811000045230000');
  });
});
