import { contractBroken, inWords } from './contract-broken.js';

/** How long anything under test may take before it is said not to end, ms of real time. */
export const DEFAULT_LIMIT_MS = 2000;

/** What became of some work. */
export type Outcome<T> = { readonly value: T } | { readonly thrown: unknown };

/**
 * Waits for work to end, well or not. Rejects with HERALD_CONTRACT where it does not within `limitMs` of real
 * time; `unended` then says what did not end, and what to do.
 */
export const outcomeOf = async <T>(
  work: () => Promise<T> | T,
  limitMs: number,
  unended: string,
): Promise<Outcome<T>> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(contractBroken(`${unended} (waited ${limitMs} ms)`)), limitMs);
  });
  const done = (async () => work())().then(
    (value): Outcome<T> => ({ value }),
    (thrown: unknown): Outcome<T> => ({ thrown }),
  );
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
};

/** The value of work that must end well: else HERALD_CONTRACT with `failed` before what was thrown. */
export const mustEnd = async <T>(work: () => Promise<T> | T, limitMs: number, what: string): Promise<T> => {
  const outcome = await outcomeOf(work, limitMs, `${what} did not end`);
  if ('value' in outcome) return outcome.value;
  throw contractBroken(`${what} failed: ${inWords(outcome.thrown)}`, outcome.thrown);
};

/** The outcome of quick synchronous work. */
export const outcomeOfCall = <T>(call: () => T): Outcome<T> => {
  try {
    return { value: call() };
  } catch (thrown) {
    return { thrown };
  }
};
