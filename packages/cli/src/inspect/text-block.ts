import { printable } from '../printable.js';

/** Widest line that is printed, in columns. */
export const WIDTH = 100;
const LABEL = 14;
const HANG = 2;

/** One labelled line of text, continued under itself: `  label       text`. Unprintable characters are shown. */
export const labelled = (label: string, text: string): readonly string[] =>
  wrapped(printable(text), WIDTH - LABEL).map(
    (line, index) => `  ${(index === 0 ? printable(label) : '').padEnd(LABEL - 2)}${line}`,
  );

/** A line under the text of a labelled one. */
export const indented = (text: string): readonly string[] => labelled('', text);

/** Lines under such a line, and a little to the right of it. */
export const hanging = (text: string): readonly string[] =>
  wrapped(printable(text), WIDTH - LABEL - HANG).map((line) => `${' '.repeat(LABEL + HANG)}${line}`);

/** Breaks a text at blanks; a word too long for a line is cut. */
export const wrapped = (text: string, width: number): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((each) => pieces(each, width))) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
};

const pieces = (word: string, width: number): readonly string[] =>
  word.length <= width ? [word] : (word.match(new RegExp(`.{1,${width}}`, 'gu')) ?? [word]);
