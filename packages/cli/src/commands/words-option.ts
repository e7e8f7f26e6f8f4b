import { MAX_NAMED_WORDS } from '@nic-herald/core';
import type { NamedWords } from '@nic-herald/core/internal';
import { InvalidArgumentError } from 'commander';

const FORM = /^(?<bar>[0-6]):(?<offset>0x[0-9a-f]{1,12}|\d{1,15}):(?<count>0x[0-9a-f]{1,3}|\d{1,4})$/i;
const MAX_COUNT = 1024;

/**
 * A parser for `--words BAR:OFFSET:COUNT`, given several times: numbers in decimal, or in hex with 0x. commander names the
 * option and the value in the error.
 */
export const gatheredWords = (
  text: string,
  before: readonly NamedWords[] | undefined,
): readonly NamedWords[] => {
  const { bar, offset, count } = FORM.exec(text)?.groups ?? {};
  const words = { bar: Number(bar), offset: Number(offset), count: Number(count) };
  if (bar === undefined) {
    throw new InvalidArgumentError(
      'It must be BAR:OFFSET:COUNT, such as 0:0x5400:32: BAR from 0 to 6, OFFSET in bytes and COUNT of 32-bit words in decimal or hex.',
    );
  }
  if (words.offset % 4 !== 0) throw new InvalidArgumentError('OFFSET must be a multiple of 4.');
  if (words.count < 1 || words.count > MAX_COUNT) {
    throw new InvalidArgumentError(`COUNT must be from 1 to ${MAX_COUNT}.`);
  }
  const all = [...(before ?? []), words];
  if (all.length > MAX_NAMED_WORDS) {
    throw new InvalidArgumentError(`It may be given at most ${MAX_NAMED_WORDS} times.`);
  }
  return all;
};
