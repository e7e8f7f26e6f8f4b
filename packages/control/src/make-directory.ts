import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a directory and those above it, as far as they are missing, with this mode (less the umask). Rejects with the system's
 * error. Node.js can do the same, but tries for ever where a file system has no room for a new directory and says that the
 * one above is missing, as /proc does.
 */
export const makeDirectory = async (path: string, mode = 0o777): Promise<void> => {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const above = dirname(path);
    if (code === 'ENOENT' && above !== path && !(await isDirectory(above))) {
      await makeDirectory(above, mode);
      await mkdir(path, { mode });
    } else if (!(await isDirectory(path))) throw error; // there already, or made by another meanwhile
  }
};

const isDirectory = async (path: string): Promise<boolean> => {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
};
