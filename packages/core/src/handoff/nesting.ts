/**
 * Whether a value of JSON is nested deeper than `most`: a text or a number is 0 deep, a list of them 1. It takes no
 * stack of its own, so it may be asked of what another process wrote before anything that calls itself walks it.
 */
export const isNestedDeeperThan = (most: number, value: unknown): boolean => {
  let level: readonly object[] = isObject(value) ? [value] : [];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap((each) => (Object.values(each) as readonly unknown[]).filter(isObject));
  }
  return false;
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
