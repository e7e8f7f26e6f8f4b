import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../config/quantity.js';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * A moment, ms since 1970 UTC: so long ago (`24h`), or a day or time (`2026-01-02`, `2026-01-02 03:04`), local where it says
 * nothing else. commander names the option in the error.
 */
export const parseSince = (text: string): number => {
  const ago = parseDuration(text);
  if (ago !== undefined) return Date.now() - ago;
  const at = DAY.test(text) ? Date.parse(`${text}T00:00`) : MOMENT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(at)) return at;
  throw new InvalidArgumentError(
    'It must be a time ago such as 90m, 24h or 7d, or a time such as 2026-01-02 or "2026-01-02 03:04".',
  );
};
