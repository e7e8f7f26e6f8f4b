import type { Format } from './metric-set.js';

/** Versions of OpenMetrics whose text this is. */
const VERSIONS = [undefined, '1.0.0', '0.0.1'];

/**
 * The format that an `Accept` header prefers, RFC 9110 section 12.5.1. Prometheus' own where both are as welcome, or
 * neither is: a text that was not asked for is of more use than none.
 */
export const acceptedFormat = (accept = ''): Format => {
  const ranges = accept.split(',', 64).map(rangeOf);
  const weight = (...types: readonly string[]): number => {
    const found = types.map((type) => ranges.filter((range) => range.type === type && isKnown(range)));
    return Math.max(0, ...(found.find(({ length }) => length > 0) ?? []).map(({ q }) => q));
  };
  const openMetrics = weight('application/openmetrics-text');
  return openMetrics > weight('text/plain', 'text/*', '*/*') ? 'openMetrics' : 'prometheus';
};

interface MediaRange {
  readonly type: string;
  readonly version: string | undefined;
  readonly q: number;
}

const isKnown = ({ type, version }: MediaRange): boolean =>
  type !== 'application/openmetrics-text' || VERSIONS.includes(version);

const rangeOf = (text: string): MediaRange => {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const parameter = (name: string): string | undefined =>
    parameters.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
  const q = Number(parameter('q') ?? 1);
  return { type, version: parameter('version')?.replaceAll('"', ''), q: Number.isNaN(q) ? 0 : q };
};
