import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's root. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Reads a file of the checkout. */
export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Folders of the published packages: `packages/wire`. */
export const packages = (): string[] => readdirSync(join(root, 'packages')).map((name) => `packages/${name}`);

/** All files below a folder, by path from the root, without what is built or installed. */
export const filesBelow = (folder: string): string[] =>
  readdirSync(join(root, folder)).flatMap((name) => {
    if (name === 'node_modules' || name === 'dist') return [];
    const path = join(root, folder, name);
    return statSync(path).isDirectory() ? filesBelow(join(folder, name)) : [relative(root, path)];
  });
