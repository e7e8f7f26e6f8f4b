import { constants } from 'node:fs';
import { access } from 'node:fs/promises';

/** Where a packaged herald.yaml lies. `doctor` looks there by itself; `run` reads what `--config` names. */
export const DEFAULT_CONFIG = '/etc/nic-herald/herald.yaml';

/** The file, where it is there and this user may read it. */
export const readableConfig = async (file: string): Promise<string | undefined> => {
  try {
    await access(file, constants.R_OK);
    return file;
  } catch {
    return undefined;
  }
};
