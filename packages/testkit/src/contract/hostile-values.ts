import { MacAddress } from '@nic-herald/wire';

/** A value that somebody might send in place of a sound one. */
export interface HostileValue {
  /** What is wrong with it: `vlans is null`. */
  readonly what: string;
  readonly value: unknown;
}

/** Stands where a text, number or list should: no schema that looks lets it through. */
export const STRANGER = 'nic-herald-contract-stranger';

const MILLION = 1_000_000;
const MAX_PATHS = 200;

let macs: readonly string[] | undefined;
/** A million different MACs; built once. */
const millionMacs = (): readonly string[] => {
  macs ??= Array.from({ length: MILLION }, (_, index) =>
    `5254${index.toString(16).padStart(8, '0')}`.replace(/(..)(?!$)/g, '$1:'),
  );
  return macs;
};

/**
 * A sound JSON value with one place of it made hostile at a time: another type, a megabyte of text, a million
 * entries, a group, zero or broadcast MAC, numbers out of all ranges, and nothing at all. Of a list the first
 * entry stands for all.
 */
export function* hostileVariants(sample: unknown): Generator<HostileValue> {
  for (const path of pathsOf(sample).slice(0, MAX_PATHS)) {
    const name = path.length === 0 ? 'it' : path.join('.');
    for (const { what, value } of inPlaceOf(at(sample, path))) {
      yield { what: `${name} is ${what}`, value: replaced(sample, path, value) };
    }
    if (path.length > 0) yield { what: `${name} is missing`, value: replaced(sample, path, undefined) };
  }
}

function* inPlaceOf(value: unknown): Generator<HostileValue> {
  yield { what: 'null', value: null };
  yield { what: 'an object of something else', value: { [STRANGER]: STRANGER } };
  yield { what: 'a negative number', value: -1 };
  yield { what: 'an immense number', value: 1e300 };
  if (typeof value === 'string') {
    yield { what: 'a megabyte of text', value: 'x'.repeat(1 << 20) };
    if (MacAddress.is(value)) {
      yield { what: 'the group MAC 01:00:5e:00:00:01', value: '01:00:5e:00:00:01' };
      yield { what: 'the zero MAC', value: '00:00:00:00:00:00' };
      yield { what: 'the broadcast MAC', value: 'ff:ff:ff:ff:ff:ff' };
    }
  } else {
    yield { what: 'text', value: STRANGER };
  }
  if (typeof value === 'number') {
    for (const number of [0.5, 0, 4095, 4096]) yield { what: String(number), value: number };
  }
  if (Array.isArray(value)) {
    if (value.length === 0 || typeof value[0] === 'string') {
      yield { what: 'a list of a million MACs', value: millionMacs() };
      yield { what: 'a list of a group MAC', value: ['01:00:5e:00:00:01'] };
    }
    if (value.length === 0 || typeof value[0] !== 'string') {
      const one: unknown = value[0] ?? 1;
      yield { what: 'a list of a million entries', value: new Array<unknown>(MILLION).fill(one) };
    }
    yield { what: 'a list of null', value: [null] };
  }
}

type Path = readonly (string | number)[];

const pathsOf = (value: unknown, path: Path = []): readonly Path[] => {
  if (typeof value !== 'object' || value === null) return [path];
  const names: readonly (string | number)[] = Array.isArray(value)
    ? value.length > 0
      ? [0]
      : []
    : Object.keys(value);
  return [
    path,
    ...names.flatMap((name) => pathsOf((value as Record<string | number, unknown>)[name], [...path, name])),
  ];
};

const at = (value: unknown, path: Path): unknown =>
  path.reduce((within, name) => (within as Record<string | number, unknown>)[name], value);

/** A copy with another value at `path`; `undefined` takes a member away. */
const replaced = (value: unknown, [first, ...rest]: Path, by: unknown): unknown => {
  if (first === undefined) return by;
  const inner = replaced((value as Record<string | number, unknown>)[first], rest, by);
  if (Array.isArray(value)) return inner === undefined ? value.slice(1) : value.with(Number(first), inner);
  const { [first]: _, ...others } = value as Record<string | number, unknown>;
  return inner === undefined ? others : { ...others, [first]: inner };
};
