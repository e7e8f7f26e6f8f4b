import { HeraldError } from '@nic-herald/core';

const NAME = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z][a-z0-9._-]*$/;
/** Longest name that npm takes. */
const MAX_LENGTH = 214;

/**
 * The name without its scope: `acme-nic` of `@acme/acme-nic`. Throws HERALD_USAGE for what npm would not take
 * as the name of a new package.
 */
export const unscopedName = (name: string): string => {
  const unscoped = name.slice(name.indexOf('/') + 1);
  if (NAME.test(name) && name.length <= MAX_LENGTH && unscoped !== 'node_modules') return unscoped;
  throw new HeraldError(
    'HERALD_USAGE',
    `'${name.slice(0, 60)}' is no name for an npm package: small letters, digits, '-', '_' and '.', a letter first, such as acme-nic or @acme/acme-nic`,
  );
};

/** `AcmeNic` of `acme-nic`. */
export const className = (unscoped: string): string =>
  unscoped
    .split(/[._-]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
