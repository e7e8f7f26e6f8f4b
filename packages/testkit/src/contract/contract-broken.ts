import { HeraldError, isHeraldError } from '@nic-herald/core';

/** What a case fails with: what is wrong, and what the contract wants. */
export const contractBroken = (message: string, cause?: unknown): HeraldError =>
  new HeraldError('HERALD_CONTRACT', message, cause === undefined ? {} : { cause });

/** Throws HERALD_CONTRACT unless `holds`. */
export function demand(holds: boolean, message: string): asserts holds {
  if (!holds) throw contractBroken(message);
}

/** Anything that was thrown, in words. */
export const inWords = (thrown: unknown): string => {
  if (isHeraldError(thrown)) return `${thrown.code}: ${thrown.message}`;
  return thrown instanceof Error
    ? `${thrown.name}: ${thrown.message}`
    : `${quote(thrown)}, which is no Error`;
};

const MAX_QUOTE = 120;

/** A value for a message, cut short. */
export const quote = (value: unknown): string => {
  const text = typeof value === 'string' ? JSON.stringify(value.slice(0, MAX_QUOTE)) : jsonOf(value);
  return text.length > MAX_QUOTE ? `${text.slice(0, MAX_QUOTE)}...` : text;
};

const jsonOf = (value: unknown): string => {
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    return `a value of type ${typeof value}`;
  }
};
