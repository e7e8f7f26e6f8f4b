import { createHash } from 'node:crypto';
import { access, chmod, copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LabFault } from './lab-fault.js';
import { runProgram } from './run-program.js';

/** The guest's kernel and initramfs, and a key that changes with anything they were built from. */
export interface GuestImage {
  readonly kernel: string;
  readonly initrd: string;
  readonly key: string;
}

/** Kernel modules a scenario may load; what they depend on comes along. */
const modules = [
  'virtio_pci',
  'virtio_net',
  'e1000',
  'e1000e',
  'igb',
  'igbvf',
  'vmxnet3',
  '8139cp',
  'bonding',
  'macvlan',
  'crc32c_generic',
  'nf_tables',
  '8021q',
  'bridge',
  'veth',
  'dummy',
];
/** Path inside the guest -> the program on this machine; the libraries they need come along. */
const programs: Readonly<Record<string, string>> = {
  '/bin/busybox': '/bin/busybox',
  '/usr/sbin/ip': '/bin/ip',
  '/usr/sbin/bridge': '/sbin/bridge',
};
const initScript = join(import.meta.dirname, 'guest-init.sh');

/** Builds the guest out of Debian's kernel, static busybox and iproute2, or takes it from the cache. */
export async function buildGuestImage(cacheDirectory: string): Promise<GuestImage> {
  const release = await newestKernel();
  const kernel = `/boot/vmlinuz-${release}`;
  const files = await collectFiles(release);
  const hash = createHash('sha256').update(release);
  for (const [path, source] of files) hash.update(path).update(await readFile(source));
  const key = hash.digest('hex').slice(0, 12);
  const initrd = join(cacheDirectory, `guest-${key}.cpio`);
  if (!(await exists(initrd))) await packInitramfs(files, release, initrd);
  return { kernel, initrd, key };
}

/** The same guest with more programs in it, which only some scenarios run: a second archive behind the first. */
export async function withPrograms(
  image: GuestImage,
  more: Readonly<Record<string, string>>,
): Promise<GuestImage> {
  const files = await programFiles(more);
  const hash = createHash('sha256').update(image.key);
  for (const [path, source] of files) hash.update(path).update(await readFile(source));
  const key = hash.digest('hex').slice(0, 12);
  const initrd = join(dirname(image.initrd), `guest-${key}.cpio`);
  if (!(await exists(initrd))) {
    const added = `${initrd}.${process.pid}.added`; // another lane may pack the same
    await packFiles(files, added);
    await runProgram('sh', ['-c', 'cat "$0" "$1" > "$2"', image.initrd, added, `${added}.both`]);
    await rename(`${added}.both`, initrd);
    await rm(added);
  }
  return { kernel: image.kernel, initrd, key };
}

async function newestKernel(): Promise<string> {
  const found = (await readdir('/boot')).filter((name) => /^vmlinuz-.*-amd64$/.test(name));
  // A "cloud" kernel lacks e1000e and friends.
  const releases = found
    .map((name) => name.slice('vmlinuz-'.length))
    .filter((name) => !name.includes('cloud'));
  const newest = releases.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  if (newest === undefined) {
    throw new LabFault('no Debian kernel in /boot for the guest: apt-get install linux-image-amd64');
  }
  return newest;
}

/** Path inside the guest -> file on this machine. */
async function collectFiles(release: string): Promise<Map<string, string>> {
  const files = new Map([['/init', initScript], ...(await programFiles(programs))]);
  for (const path of (await moduleLines(release)).keys()) {
    files.set(`/lib/modules/${release}/${path}`, `/lib/modules/${release}/${path}`);
  }
  return files;
}

/** Programs and the libraries that they need. */
async function programFiles(wanted: Readonly<Record<string, string>>): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const [path, program] of Object.entries(wanted)) {
    files.set(path, program);
    // A static program has no libraries, and ldd then fails.
    const libraries = await runProgram('ldd', [program]).catch(() => '');
    for (const match of libraries.matchAll(/(\/\S+)\s+\(0x/g)) files.set(match[1] ?? '', match[1] ?? '');
  }
  return files;
}

/** The lines of modules.dep that the guest needs: module -> the modules it depends on. */
async function moduleLines(release: string): Promise<Map<string, string>> {
  const listing = await readFile(`/lib/modules/${release}/modules.dep`, 'utf8');
  const all = new Map<string, string>();
  for (const line of listing.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) all.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const wanted = new Map<string, string>();
  const queue = [...all.keys()].filter((path) => modules.some((name) => path.endsWith(`/${name}.ko`)));
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const needs = all.get(path);
    if (needs === undefined || wanted.has(path)) continue;
    wanted.set(path, needs);
    queue.push(...needs.split(' ').filter(Boolean));
  }
  return wanted;
}

async function packInitramfs(files: Map<string, string>, release: string, initrd: string): Promise<void> {
  const lines = [...(await moduleLines(release))].map(([path, needs]) => `${path}: ${needs}\n`);
  await packFiles(files, initrd, async (root) => {
    await chmod(join(root, 'init'), 0o755);
    await writeFile(join(root, 'lib/modules', release, 'modules.dep'), lines.join(''));
    await runProgram('ln', ['-s', 'busybox', join(root, 'bin/sh')]);
  });
}

/** Packs files into an archive; `finish` may add to the folder that becomes it. */
async function packFiles(
  files: Map<string, string>,
  archive: string,
  finish: (root: string) => Promise<void> = async () => {},
): Promise<void> {
  const root = `${archive}.${process.pid}.root`;
  const part = `${archive}.${process.pid}.part`;
  await rm(root, { recursive: true, force: true });
  for (const [path, source] of files) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await copyFile(source, join(root, path));
  }
  await finish(root);
  // Left uncompressed: inflating costs an emulated processor more than reading.
  await runProgram('sh', ['-c', 'find . | cpio -o -H newc --quiet > "$0"', part], { cwd: root });
  await rename(part, archive);
  await rm(root, { recursive: true, force: true });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
