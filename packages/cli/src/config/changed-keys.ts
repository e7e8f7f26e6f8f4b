import { isDeepStrictEqual } from 'node:util';
import { RULE_KEYS } from './herald-config.js';

/** A key of herald.yaml that differs between two readings. */
export interface ChangedKey {
  /** The keys that lead to it, from the top; a list differs as a whole. */
  readonly path: readonly string[];
  /** What was there; `undefined` where nothing was. */
  readonly before: unknown;
  readonly after: unknown;
}

/** The keys in which two configurations differ, in their order. */
export const changedKeys = (
  before: unknown,
  after: unknown,
  path: readonly string[] = [],
): readonly ChangedKey[] => {
  if (isDeepStrictEqual(before, after)) return [];
  const [old, fresh] = [before ?? {}, after ?? {}];
  if (!isMapping(old) || !isMapping(fresh)) return [{ path, before, after }];
  const names = new Set([...Object.keys(old), ...Object.keys(fresh)]);
  const below = [...names].flatMap((name) => changedKeys(old[name], fresh[name], [...path, name]));
  return below.length > 0 ? below : [{ path, before, after }]; // an empty section came or went
};

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** The parts of herald.yaml that a running agent takes; every other key needs a restart. */
const TAKEN: readonly (readonly string[])[] = [
  ...RULE_KEYS.map((key) => [key]),
  ['guests'],
  ['learner', 'maxAge'],
  ['log', 'level'],
];

/** Whether a running agent takes a change of this key. */
export const isTaken = (path: readonly string[]): boolean =>
  TAKEN.some((taken) => taken.every((part, depth) => path[depth] === part));
