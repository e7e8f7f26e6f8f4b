/** Most sections of a report: a host has no more companions. */
export const MAX_SECTIONS = 16;
/** The longest section of a report, bytes of JSON in UTF-8. */
export const MAX_SECTION_BYTES = 65_536;
/** How deep a section may be nested: a text or a number is 0 deep, a list of them 1. */
export const MAX_SECTION_DEPTH = 32;

/** A section as it stands in a report, or why it can be none. */
export type ParsedSection = { readonly json: string; readonly value: unknown } | { readonly problem: string };

/**
 * Copies what a companion reports. It is taken where it is plain JSON within the bounds: objects without a class, arrays,
 * texts, finite numbers, true, false and null; members that are undefined count as absent. Never throws, and looks at no
 * more than a section may hold, whatever it is given.
 */
export const parseSection = (given: unknown): ParsedSection => {
  try {
    const budget = { left: MAX_SECTION_BYTES };
    const problem = given === undefined ? 'it is undefined' : faultOf(given, 'it', MAX_SECTION_DEPTH, budget);
    if (problem !== undefined) return { problem };
    const json = JSON.stringify(given);
    if (new TextEncoder().encode(json).length > MAX_SECTION_BYTES) return { problem: TOO_LONG };
    return { json, value: JSON.parse(json) as unknown };
  } catch {
    return { problem: 'it cannot be read' }; // a getter or a proxy threw
  }
};

const TOO_LONG = `it is longer than ${MAX_SECTION_BYTES} bytes of JSON`;

interface Budget {
  /** Bytes that may still come; each value and each name takes at least what it takes in JSON. */
  left: number;
}

const faultOf = (value: unknown, where: string, depth: number, budget: Budget): string | undefined => {
  budget.left -= typeof value === 'string' ? value.length + 2 : 1;
  if (budget.left < 0) return TOO_LONG;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') {
    return Number.isFinite(value) ? undefined : `${where} is ${value}, which JSON does not have`;
  }
  if (typeof value !== 'object') return `${where} is of type ${typeof value}, which JSON does not have`;
  if (depth === 0) return `it is nested more than ${MAX_SECTION_DEPTH} deep, or holds itself`;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const fault = faultOf(value[index], `${where}[${index}]`, depth - 1, budget);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    return `${where} is of a class, which JSON does not have`;
  }
  for (const name of Object.keys(value)) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (member === undefined) continue;
    budget.left -= name.length + 3;
    const fault = faultOf(member, `${where}.${name.slice(0, MAX_NAME)}`, depth - 1, budget);
    if (fault !== undefined) return fault;
  }
  return undefined;
};

/** Longest name that is repeated in a problem. */
const MAX_NAME = 64;
