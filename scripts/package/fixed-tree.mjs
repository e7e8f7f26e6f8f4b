// Makes a tree of files the same for everybody: modes, and times.
import { chmodSync, lstatSync, lutimesSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Fixes modes and times below `folder`; `epoch` in seconds. What lies in bin, and maintainer scripts, may be run. */
export const fixTree = (folder, epoch, below = '/') => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const inTree = `${below}${entry.name}`; // by this its mode is told: the tree may be built anywhere
    if (entry.isDirectory()) fixTree(path, epoch, `${inTree}/`);
    else if (entry.isFile()) chmodSync(path, mayRun(inTree) ? 0o755 : 0o644);
    lutimesSync(path, epoch, epoch);
  }
  chmodSync(folder, 0o755);
  lutimesSync(folder, epoch, epoch);
};

const mayRun = (path) => !path.includes('/node_modules/') && /\/s?bin\/|\/DEBIAN\/(pre|post)/.test(path);

/** Sum of the files below a folder, KiB, as Debian's Installed-Size wants it. */
export const sizeKib = (folder) =>
  readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    return sum + (entry.isDirectory() ? 1 + sizeKib(path) : Math.ceil(lstatSync(path).size / 1024));
  }, 0);

/** Paths of the files below a folder, sorted; not in a folder at its top that `enters` refuses. */
export const filesBelow = (folder, enters = () => true) =>
  readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      if (entry.isFile()) return [entry.name];
      if (!entry.isDirectory() || !enters(entry.name)) return [];
      return filesBelow(join(folder, entry.name)).map((path) => join(entry.name, path));
    })
    .sort();
