import { inspect } from 'node:util';
import { isHeraldError } from '@nic-herald/core';
import { printable } from './printable.js';

const MAX_CAUSES = 4;

/**
 * Tells a person what went wrong: one line with the code, one for each error beneath. The stack only where
 * asked for.
 */
export const printError = (
  error: unknown,
  io: { writeError(text: string): void },
  options: { readonly debug: boolean },
): void => {
  for (const line of errorLines(error)) io.writeError(`${line}\n`);
  if (options.debug && error instanceof Error) io.writeError(`${error.stack ?? ''}\n`);
};

/** The lines that `printError` prints; several errors at once, such as those of a file, are told each. */
export const errorLines = (error: unknown): readonly string[] => {
  if (error instanceof AggregateError) return error.errors.flatMap(errorLines);
  const [first = 'unknown failure', ...beneath] = messages(error, 0);
  const news = beneath.filter((message) => !first.includes(message));
  return [`nic-herald: ${first}`, ...news.map((message) => `  caused by: ${message}`)];
};

const messages = (error: unknown, depth: number): readonly string[] => {
  if (depth === MAX_CAUSES || error === undefined) return [];
  if (!(error instanceof Error)) return [printable(typeof error === 'string' ? error : inspect(error))];
  const code = isHeraldError(error) ? ` (${error.code})` : '';
  return [`${printable(error.message)}${code}`, ...messages(error.cause, depth + 1)];
};
