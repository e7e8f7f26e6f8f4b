const LINE = /^([0-9a-f]{8,16}):((?: 0x[0-9a-f]{8}){1,4}) ?$/;
const WORD_BYTES = 4;

/**
 * Reads the answer to HMP `xp /<count>xw <address>`: lines of four words, each with its address, which must
 * follow on without a gap. `undefined` unless it is exactly the words asked for (QEMU answers
 * `Cannot access memory` within the text, not as an error).
 */
export const parseMemoryWords = (text: string, address: number, count: number): Uint32Array | undefined => {
  const words = new Uint32Array(count);
  let filled = 0;
  for (const line of text.split(/\r?\n/)) {
    if (line === '') continue;
    const [, at, values] = LINE.exec(line) ?? [];
    if (at === undefined || values === undefined) return undefined;
    if (Number.parseInt(at, 16) !== address + filled * WORD_BYTES) return undefined;
    for (const value of values.trim().split(' ')) {
      if (filled === count) return undefined;
      words[filled] = Number(value);
      filled += 1;
    }
  }
  return filled === count ? words : undefined;
};
