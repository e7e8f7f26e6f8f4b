import { chmod, copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { runProgram } from '../lab/run-program.js';
import type { DebianKernel } from './debian-kernel.js';

/** What it takes to reach the root over 9p. */
const modules = ['virtio_pci', '9pnet_virtio', '9p', 'overlay'];

/** Packs busybox, the few modules that reach the machine's root over 9p, and `vm-init.sh`. Gives the file. */
export async function buildInitramfs(kernel: DebianKernel, directory: string): Promise<string> {
  const root = join(directory, 'initramfs');
  const file = `${root}.cpio`;
  await rm(root, { recursive: true, force: true });
  for (const each of ['bin', 'modules', 'root', 'low', 'rw', 'proc', 'sys', 'dev']) {
    await mkdir(join(root, each), { recursive: true });
  }
  await copyFile('/bin/busybox', join(root, 'bin/busybox'));
  await copyFile(join(import.meta.dirname, 'vm-init.sh'), join(root, 'init'));
  await chmod(join(root, 'init'), 0o755);
  const order = moduleOrder(await readFile(join(kernel.modules, 'modules.dep'), 'utf8'), modules);
  for (const path of order) await copyModule(join(kernel.modules, path), join(root, 'modules', nameOf(path)));
  await writeFile(join(root, 'modules/order'), order.map((path) => `${nameOf(path)}\n`).join(''));
  // Left uncompressed: inflating costs an emulated processor more than reading.
  await runProgram('sh', ['-c', 'find . | cpio -o -H newc --quiet > "$0.part"', file], { cwd: root });
  await rename(`${file}.part`, file);
  return file;
}

/** Paths of modules and all they need, each after what it needs. `listing` is modules.dep. */
function moduleOrder(listing: string, names: readonly string[]): string[] {
  const needs = new Map<string, readonly string[]>();
  for (const line of listing.split('\n')) {
    const [path, rest] = line.split(':');
    if (path !== undefined && rest !== undefined) needs.set(path, rest.split(' ').filter(Boolean));
  }
  const order = new Set<string>();
  const take = (path: string): void => {
    for (const need of needs.get(path) ?? []) if (!order.has(need)) take(need);
    order.add(path);
  };
  // What is built into the kernel is not listed.
  for (const path of needs.keys()) if (names.includes(nameOf(path).replace(/\.ko$/, ''))) take(path);
  return [...order];
}

/** Debian packs modules from trixie on, and busybox loads plain ones only. */
async function copyModule(source: string, target: string): Promise<void> {
  if (!source.endsWith('.xz')) return copyFile(source, target);
  await runProgram('sh', ['-c', 'busybox xzcat "$0" > "$1"', source, target]);
}

/** `kernel/fs/9p/9p.ko.xz` -> `9p.ko` */
const nameOf = (path: string): string => basename(path).replace(/\.xz$/, '');
