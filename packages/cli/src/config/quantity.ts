const TIMES: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const SIZES: Readonly<Record<string, number>> = {
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/** A time such as `90s`, `15m`, `12h`, `30d` or `2w`, in ms; `undefined` where the text is none. */
export const parseDuration = (text: unknown): number | undefined => amount(text, TIMES);

/** A size such as `500MiB` or `1GiB`, in bytes; `undefined` where the text is none. */
export const parseByteSize = (text: unknown): number | undefined => amount(text, SIZES);

const amount = (text: unknown, units: Readonly<Record<string, number>>): number | undefined => {
  const [, number, unit = ''] = (typeof text === 'string' && /^(\d{1,9}) ?([A-Za-z]{1,3})$/.exec(text)) || [];
  return Object.hasOwn(units, unit) ? Number(number) * (units[unit] ?? 0) : undefined;
};
