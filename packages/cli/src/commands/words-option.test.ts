import type { NamedWords } from '@nic-herald/core/internal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gatheredWords } from './words-option.js';

describe('--words', () => {
  it.each([
    ['', 'It must be BAR:OFFSET:COUNT'],
    ['0', 'It must be BAR:OFFSET:COUNT'],
    ['0:0', 'It must be BAR:OFFSET:COUNT'],
    ['0:0:1:1', 'It must be BAR:OFFSET:COUNT'],
    ['7:0:1', 'It must be BAR:OFFSET:COUNT'],
    ['-1:0:1', 'It must be BAR:OFFSET:COUNT'],
    ['0:-4:1', 'It must be BAR:OFFSET:COUNT'],
    ['0:5400h:1', 'It must be BAR:OFFSET:COUNT'],
    ['0:1e3:1', 'It must be BAR:OFFSET:COUNT'],
    ['0: 4:1', 'It must be BAR:OFFSET:COUNT'],
    ['0:0x:1', 'It must be BAR:OFFSET:COUNT'],
    ['0:0xffffffffffffffff:1', 'It must be BAR:OFFSET:COUNT'],
    ['0:0x5402:1', 'OFFSET must be a multiple of 4.'],
    ['0:0:0', 'COUNT must be from 1 to 1024.'],
    ['0:0:1025', 'COUNT must be from 1 to 1024.'],
    ['0:0:0x401', 'COUNT must be from 1 to 1024.'],
  ])('refuses %j', (text, message) => {
    expect(() => gatheredWords(text, undefined)).toThrow(message);
  });

  it('is given at most 64 times', () => {
    const before = Array<NamedWords>(63).fill({ bar: 0, offset: 0, count: 1 });
    const full = gatheredWords('0:0:1', before);
    expect(full).toHaveLength(64);
    expect(() => gatheredWords('0:0:1', full)).toThrow('It may be given at most 64 times.');
  });

  const runs = fc.record({
    bar: fc.integer({ min: 0, max: 6 }),
    offset: fc.integer({ min: 0, max: 0xffff_ffff }).map((word) => word * 4),
    count: fc.integer({ min: 1, max: 1024 }),
  });
  const number = (value: number, isHex: boolean): string =>
    isHex ? `0x${value.toString(16)}` : value.toString();

  it('reads what was written, in hex or decimal, in the order given', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(runs, fc.boolean(), fc.boolean()), { maxLength: 64 }), (all) => {
        let read: readonly NamedWords[] | undefined;
        for (const [{ bar, offset, count }, hexOffset, hexCount] of all) {
          read = gatheredWords(`${bar}:${number(offset, hexOffset)}:${number(count, hexCount)}`, read);
        }
        expect(read ?? []).toEqual(all.map(([run]) => run));
      }),
    );
  });

  it('gives a sound run or refuses, whatever is written', () => {
    const parts = fc.stringMatching(/^[0-9a-fx:.\- ]{0,20}$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), parts), (text) => {
        let read: readonly NamedWords[];
        try {
          read = gatheredWords(text, undefined);
        } catch (error) {
          expect(error).toMatchObject({ code: 'commander.invalidArgument' });
          return;
        }
        for (const { bar, offset, count } of read) {
          expect(
            bar >= 0 && bar <= 6 && Number.isSafeInteger(offset) && offset >= 0 && offset % 4 === 0,
          ).toBe(true);
          expect(Number.isInteger(count) && count >= 1 && count <= 1024).toBe(true);
        }
      }),
    );
  });
});
