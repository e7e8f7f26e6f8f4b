import { readFileSync } from 'node:fs';

/** The version of nic-herald; all its packages share it. */
export const ownVersion = (): string => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
};
