import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes a directory and those above it, where they are missing. Rejects with what the system says. Unlike Node's own
 * recursive way it ends under /proc too, where a directory can be missing and its making says that there is none.
 */
export const makeDirectory = async (directory: string): Promise<void> => {
  const missing: string[] = [];
  for (let path = resolve(directory); ; path = dirname(path)) {
    const failed = await failureOf(mkdir(path));
    if (failed === undefined) break;
    if (failed.code === 'EEXIST' || (await isDirectory(path))) {
      if (await isDirectory(path)) break;
      throw failed;
    }
    if (failed.code !== 'ENOENT' || path === dirname(path)) throw failed;
    missing.push(path);
  }
  for (const path of missing.reverse()) {
    const failed = await failureOf(mkdir(path));
    if (failed !== undefined && !(await isDirectory(path))) throw failed; // another agent may have made it meanwhile
  }
};

const failureOf = async (made: Promise<unknown>): Promise<NodeJS.ErrnoException | undefined> => {
  try {
    await made;
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
};

const isDirectory = async (path: string): Promise<boolean> =>
  await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
