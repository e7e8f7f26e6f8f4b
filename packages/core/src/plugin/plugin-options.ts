import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type ErrorCode, HeraldError } from '../herald-error.js';
import type { PluginOption } from './plugin-option.js';

/** The schema of a plugin's options. */
export type OptionsSchema<T> = StandardSchemaV1<unknown, T>;

/** The options of a plugin, by name. */
type OptionsOf<T> = { readonly [K in keyof T]-?: PluginOption<T[K]> };

/** What is wrong with one option; `option` is empty where it is no mapping at all. */
interface OptionProblem {
  readonly option: string;
  readonly problem: string;
}

type Checked<T> = { readonly value: T } | { readonly problems: readonly [OptionProblem, ...OptionProblem[]] };

/**
 * A Standard Schema of plain options, for `PluginFactory.options`: it fills in what is usual, and refuses what it does
 * not know. Each problem names its option, what may be given and what was. Where more is wanted than single values,
 * take zod or any other.
 */
export const optionsSchema = <T extends object>(options: OptionsOf<T>): OptionsSchema<T> => ({
  '~standard': {
    version: 1,
    vendor: 'nic-herald',
    validate: (given) => {
      const checked = check(options, given);
      if ('value' in checked) return checked;
      return {
        issues: checked.problems.map(({ option, problem }) => ({
          message: problem,
          path: option === '' ? [] : [option],
        })),
      };
    },
  },
});

/**
 * Checks options as a schema of `optionsSchema` does, for a plugin made in code. Throws what is wrong under `code`:
 * `learner: capacity must be a whole number from 256 to 65536, got 7`.
 */
export const checkedOptions = <T>(
  schema: OptionsSchema<T>,
  given: unknown,
  { code, plugin }: { readonly code: ErrorCode; readonly plugin: string },
): T => {
  const result = schema['~standard'].validate(given);
  if (result instanceof Promise) {
    throw new HeraldError(code, `${plugin}: its schema answers later, and cannot check options at once`);
  }
  if (result.issues === undefined) return result.value;
  const problems = result.issues.map(({ message, path = [] }) => {
    const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
    return [keys.join('.') || 'options', message].join(' ');
  });
  throw new HeraldError(code, `${plugin}: ${problems.join('; ')}`);
};

const MAX_PROBLEMS = 10;

const check = <T extends object>(options: OptionsOf<T>, given: unknown): Checked<T> => {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return { problems: [{ option: '', problem: `must be a mapping of options, got ${inWords(given)}` }] };
  }
  const values = new Map<string, unknown>(Object.entries(given));
  const known = Object.entries<PluginOption<unknown>>(options);
  const names = known.map(([name]) => name).join(', ');
  const problems: OptionProblem[] = [...values.keys()]
    .filter((name) => !Object.hasOwn(options, name))
    .map((name) => ({
      option: name.slice(0, 60),
      problem: names === '' ? 'is no option: there are none' : `is no option: known are ${names}`,
    }));
  const value: Record<string, unknown> = {};
  for (const [name, { allowed, accepts, usual }] of known) {
    const found = values.get(name) ?? usual;
    if (accepts(found)) value[name] = found;
    else problems.push({ option: name, problem: `must be ${allowed}, got ${inWords(found)}` });
  }
  const [first, ...others] = problems.slice(0, MAX_PROBLEMS);
  return first === undefined ? { value: value as T } : { problems: [first, ...others] };
};

const inWords = (value: unknown): string => {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  if (typeof value === 'object') return JSON.stringify(value).slice(0, 60);
  return typeof value === 'number' || typeof value === 'boolean' ? `${value}` : `a ${typeof value}`;
};
