import { chdir } from 'node:process';
import koffi from 'koffi';

const chroot = koffi.load(null).func('int chroot(const char *)') as (path: string) => number;

/** Makes another directory the root of this process, as a hypervisor in a chroot has. Modules must be loaded before. */
export const enterRoot = (path: string): void => {
  if (chroot(path) !== 0) throw new TypeError(`chroot ${path}: errno ${koffi.errno()}`);
  chdir('/');
};
