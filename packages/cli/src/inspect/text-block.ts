import wrapAnsi from 'wrap-ansi';
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

/** Breaks a text at blanks, by what a terminal shows of it; a word too long for a line is cut. */
export const wrapped = (text: string, width: number): readonly string[] =>
  wrapAnsi(text, width, { hard: true }).split('\n');
