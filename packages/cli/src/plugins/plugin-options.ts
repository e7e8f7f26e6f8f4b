import { type HeraldError, messageOf, type PluginFactory } from '@nic-herald/core';
import { oneOrAll } from '../one-or-all.js';

/** Makes the error of one option, by the keys that lead to it from `with`. */
export type OptionFault = (path: readonly PropertyKey[], problem: string) => HeraldError;

/**
 * Checks what herald.yaml gives a plugin with the plugin's own schema, and returns what the schema makes of it;
 * `{}` stands for nothing given. Rejects with one error, or an AggregateError of several. Options for a plugin
 * that has no schema are an error: nobody would check them.
 */
export const checkOptions = async (
  schema: PluginFactory['options'],
  given: unknown,
  fault: OptionFault,
): Promise<unknown> => {
  const options = given ?? {};
  if (schema === undefined) {
    if (given === undefined || given === null) return options;
    throw fault([], 'there are options, and the plugin takes none');
  }
  const problems = await problemsOf(schema, options, fault);
  if (!Array.isArray(problems)) return problems.value;
  throw oneOrAll(problems, 'several options are wrong');
};

const MAX_PROBLEMS = 10;

const problemsOf = async (
  schema: NonNullable<PluginFactory['options']>,
  options: unknown,
  fault: OptionFault,
): Promise<HeraldError[] | { readonly value: unknown }> => {
  try {
    const result = await schema['~standard'].validate(options);
    if (result.issues === undefined) return result;
    return result.issues.slice(0, MAX_PROBLEMS).map(({ message, path = [] }) =>
      fault(
        path.map((part) => (typeof part === 'object' ? part.key : part)),
        message,
      ),
    );
  } catch (error) {
    return [fault([], `its schema failed: ${messageOf(error)}`)];
  }
};
