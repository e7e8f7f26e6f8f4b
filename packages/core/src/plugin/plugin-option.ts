/** One option of a plugin: what it may be, and what it is where it is not given. */
export interface PluginOption<T> {
  /** What is accepted, to stand after "must be": `a whole number from 1 to 9`. */
  readonly allowed: string;
  readonly accepts: (value: unknown) => value is T;
  /** What holds where it is not given; absent: it must be given. */
  readonly usual?: T;
}

/** A whole number from `least` to `most`. */
export const wholeNumberOption = (range: {
  readonly least: number;
  readonly most: number;
  readonly usual?: number;
}): PluginOption<number> => ({
  allowed: `a whole number from ${range.least} to ${range.most}`,
  accepts: (value): value is number =>
    Number.isInteger(value) && (value as number) >= range.least && (value as number) <= range.most,
  ...withUsual(range.usual),
});

/** `true` or `false`. */
export const yesOrNoOption = (usual?: boolean): PluginOption<boolean> => ({
  allowed: 'true or false',
  accepts: (value): value is boolean => typeof value === 'boolean',
  ...withUsual(usual),
});

/** Text of 1 to `most` characters, without NUL, that fits `pattern`; `what` names it: `an absolute path`. */
export const textOption = (text: {
  readonly what: string;
  readonly most: number;
  readonly pattern?: RegExp;
  readonly usual?: string;
}): PluginOption<string> => ({
  allowed: `${text.what} of 1 to ${text.most} characters`,
  accepts: (value): value is string =>
    typeof value === 'string' &&
    value !== '' &&
    value.length <= text.most &&
    !value.includes('\0') &&
    (text.pattern?.test(value) ?? true),
  ...withUsual(text.usual),
});

/** Most bytes of a Unix socket's path on Linux: `sun_path` of unix(7) without its closing zero. */
export const MAX_SOCKET_PATH_BYTES = 107;

/** The path of a Unix socket, of 1 to 107 bytes, without NUL. */
export const socketPathOption = (usual?: string): PluginOption<string> => ({
  allowed: `the path of a socket of 1 to ${MAX_SOCKET_PATH_BYTES} bytes`,
  accepts: (value): value is string =>
    typeof value === 'string' &&
    value !== '' &&
    new TextEncoder().encode(value).length <= MAX_SOCKET_PATH_BYTES &&
    !value.includes('\0'),
  ...withUsual(usual),
});

/** A list of 0 to `most` entries, each as `entry` says. */
export const listOption = <T>(
  entry: PluginOption<T>,
  list: { readonly most: number; readonly usual?: readonly T[] },
): PluginOption<readonly T[]> => ({
  allowed: `a list of at most ${list.most}, each ${entry.allowed}`,
  accepts: (value): value is readonly T[] =>
    Array.isArray(value) && value.length <= list.most && value.every((each) => entry.accepts(each)),
  ...withUsual(list.usual),
});

/** An option that may be left out; nothing is filled in then. */
export const leftOutOption = <T>({ allowed, accepts }: PluginOption<T>): PluginOption<T | undefined> => ({
  allowed,
  accepts: (value): value is T | undefined => value === undefined || accepts(value),
});

const withUsual = <T>(usual: T | undefined): { readonly usual?: T } => (usual === undefined ? {} : { usual });
