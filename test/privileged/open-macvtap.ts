import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const indexOf = (name: string): string => readFileSync(`/sys/class/net/${name}/ifindex`, 'utf8').trim();

/** Whether an interface of this network namespace is a macvtap. */
export const isMacvtap = (name: string): boolean => existsSync(`/sys/class/macvtap/tap${indexOf(name)}`);

/**
 * Opens a macvtap, as a hypervisor does; gives the descriptor. There is no udev in a namespace of the tests, and `/dev/tapN` may be
 * of another one: its device is made as `dev/tapN` in this directory.
 */
export const openMacvtap = (name: string, directory: string): number => {
  const index = indexOf(name);
  const number = readFileSync(`/sys/class/macvtap/tap${index}/dev`, 'utf8').trim();
  const node = join(directory, `dev/tap${index}`);
  mkdirSync(join(directory, 'dev'), { recursive: true });
  execFileSync('mknod', [node, 'c', ...number.split(':')]);
  return openSync(node, 'r+');
};
