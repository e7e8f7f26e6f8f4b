import * as z from 'zod';
import { heraldConfigSchema } from './herald-config.js';

/** The schema of herald.yaml as JSON Schema. What is checked by code alone, such as a time with its unit, may be anything there. */
export const configDescription = (): object =>
  z.toJSONSchema(heraldConfigSchema, { io: 'output', unrepresentable: 'any' });

/** What a value that no key takes is refused with, at a path of keys: what the value there must be. `undefined` where it is taken. */
export const refusalAt = (path: readonly string[]): string | undefined => {
  const nothing: unknown = Symbol('of no type');
  const config = path.reduceRight((value, key) => ({ [key]: value }), nothing);
  const { error } = heraldConfigSchema.safeParse(config);
  return error?.issues.find((issue) => issue.path.join('.') === path.join('.'))?.message;
};
