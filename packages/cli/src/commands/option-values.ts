import { resolve } from 'node:path';
import { MAX_SOCKET_PATH_BYTES } from '@nic-herald/core';
import { MAX_GUEST_NAME, MAX_HOST_NAME } from '@nic-herald/core/internal';
import { InvalidArgumentError } from 'commander';
import { printable } from '../printable.js';

/** A parser for a whole number in a range; commander names the option in the error. */
export const wholeNumber =
  ([least, most]: readonly [number, number]) =>
  (text: string): number => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };

/** What text is, where it is given on the command line. */
interface TextRange {
  readonly most: number;
  /** What has at most so many: `a host's name`. */
  readonly what: string;
}

/** A parser for text of 1 to `most` characters, without those that could move a cursor. */
export const textOf =
  ({ most, what }: TextRange) =>
  (value: string): string => {
    if (value === '') throw new InvalidArgumentError(`It is empty; ${what} has 1 to ${most} characters.`);
    if (value.length > most) {
      throw new InvalidArgumentError(`It has ${value.length} characters, ${what} at most ${most}.`);
    }
    if (printable(value) !== value) {
      throw new InvalidArgumentError(`It has control characters; ${what} has none.`);
    }
    return value;
  };

/** A parser for the path of a file or a directory. */
export const path = textOf({ most: 4096, what: 'a path' });

/** A parser for the path of a Unix socket, which is short. */
export const socketPath = (value: string): string => {
  const bytes = Buffer.byteLength(resolve(path(value)));
  if (bytes <= MAX_SOCKET_PATH_BYTES) return value;
  throw new InvalidArgumentError(
    `As an absolute path it has ${bytes} bytes, that of a Unix socket at most ${MAX_SOCKET_PATH_BYTES}.`,
  );
};

/** A parser for the path of a Unix socket, or a pattern of them, gathered. */
export const socketsOrGlobs = (value: string, before: readonly string[] | undefined): readonly string[] =>
  gathered(/[*?[{]/.test(value) ? path(value) : socketPath(value), before);

/** A parser for the name of a host. */
export const hostName = textOf({ most: MAX_HOST_NAME, what: "a host's name" });

/** A parser for what names a guest: its name or UUID, with or without `name:` or `uuid:` before it, or its instance. */
export const guestName = (value: string): string => {
  if (value.length > 'name:'.length + MAX_GUEST_NAME) {
    throw new InvalidArgumentError(
      `It has ${value.length} characters, a guest's name at most ${MAX_GUEST_NAME}.`,
    );
  }
  return textOf({ most: 'name:'.length + MAX_GUEST_NAME, what: "a guest's name" })(value);
};

/** A parser that gathers an option given several times. */
export const gathered = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];
