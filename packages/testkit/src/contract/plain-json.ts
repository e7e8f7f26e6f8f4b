/** Why a value is not plain JSON, with the place; `undefined` where it is. Members that are undefined count as absent. */
export const jsonFault = (value: unknown, where: string): string | undefined => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') {
    return Number.isFinite(value) ? undefined : `${where} is ${value}, which JSON turns into null`;
  }
  if (typeof value !== 'object') return `${where} is of type ${typeof value}, which JSON does not carry`;
  if (Array.isArray(value)) return firstFault(value.map((each, index) => [`${where}[${index}]`, each]));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    return `${where} is a ${value.constructor.name}, which JSON does not give back`;
  }
  return firstFault(
    Object.entries(value).flatMap(([name, each]): [string, unknown][] =>
      each === undefined ? [] : [[`${where}.${name}`, each]],
    ),
  );
};

const firstFault = (entries: readonly [where: string, value: unknown][]): string | undefined => {
  for (const [where, value] of entries) {
    const fault = jsonFault(value, where);
    if (fault !== undefined) return fault;
  }
  return undefined;
};

/** The value as another host reads it. */
export const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

/** Freezes a value and all in it, so that whoever changes it throws. Returns it. */
export const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const each of Object.values(value)) frozen(each);
  }
  return value;
};
