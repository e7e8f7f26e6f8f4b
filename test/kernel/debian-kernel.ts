import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabFault } from '../lab/lab-fault.js';
import { runProgram } from '../lab/run-program.js';

/** Debian releases whose kernels the lane boots. */
export const suites = ['bullseye', 'bookworm', 'trixie'] as const;
export type Suite = (typeof suites)[number];

/** A kernel of Debian's, unpacked into the cache. */
export interface DebianKernel {
  readonly suite: Suite;
  /** `6.1.0-50-amd64`. */
  readonly release: string;
  readonly image: string;
  /** The directory that has `modules.dep`. */
  readonly modules: string;
}

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** What the lane may load; drivers of real hardware are most of a kernel package. */
const wanted = ['arch', 'crypto', 'fs', 'lib', 'net', 'drivers/net', 'drivers/virtio'];

/**
 * The kernel that `linux-image-amd64` of a suite depends on: from the cache, else fetched with apt from the mirror
 * that this machine uses. Nothing is installed, and apt's own lists stay as they are.
 */
export async function debianKernel(suite: Suite, cacheDirectory: string): Promise<DebianKernel> {
  const directory = join(cacheDirectory, suite);
  const unpacked = join(directory, 'root');
  if (!(await isThere(unpacked))) await fetchKernel(suite, directory, unpacked);
  const [release] = await readdir(join(unpacked, 'modules'));
  if (release === undefined) throw new LabFault(`no kernel in ${unpacked}: remove ${directory}`);
  return {
    ...{ suite, release, image: join(unpacked, 'vmlinuz') },
    modules: join(unpacked, 'modules', release),
  };
}

async function fetchKernel(suite: Suite, directory: string, unpacked: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  const apt = await aptOf(suite, join(directory, 'apt'));
  await runProgram('apt-get', [...apt, 'update', '-qq'], { timeoutMs: 180_000 });
  const depends = await runProgram('apt-cache', [...apt, 'depends', 'linux-image-amd64']);
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (name === undefined)
    throw new LabFault(`linux-image-amd64 of ${suite} depends on no kernel: ${depends}`);
  await runProgram('apt-get', [...apt, 'download', '-qq', name], { cwd: directory, timeoutMs: 300_000 });
  const archive = (await readdir(directory)).find((file) => file.endsWith('.deb'));
  if (archive === undefined) throw new LabFault(`apt-get download ${name} left nothing in ${directory}`);
  await unpack(join(directory, archive), `${unpacked}.part`);
  await rm(join(directory, archive));
  await rm(join(directory, 'apt'), { recursive: true });
  await rename(`${unpacked}.part`, unpacked);
}

/** Options that give apt a state of its own, with one suite in it. */
async function aptOf(suite: Suite, directory: string): Promise<string[]> {
  const etc = join(directory, 'etc');
  const parts = ['state/lists/partial', 'cache/archives/partial', 'etc/apt.conf.d', 'etc/preferences.d'];
  for (const part of parts) await mkdir(join(directory, part), { recursive: true });
  const status = join(directory, 'status');
  await writeFile(status, '');
  await writeFile(join(etc, 'sources.list'), `deb [signed-by=${keyring}] ${await mirror()} ${suite} main\n`);
  const configured = await readdir('/etc/apt/apt.conf.d');
  for (const file of configured.filter((each) => each.includes('proxy'))) {
    await copyFile(join('/etc/apt/apt.conf.d', file), join(etc, 'apt.conf.d', file));
  }
  const options = {
    'Dir::Etc': etc,
    'Dir::Etc::sourceparts': '-',
    'Dir::State': join(directory, 'state'),
    'Dir::State::status': status,
    'Dir::Cache': join(directory, 'cache'),
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
  };
  return Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

/** The Debian archive that this machine's apt uses. */
async function mirror(): Promise<string> {
  const directory = '/etc/apt/sources.list.d';
  const files = ['/etc/apt/sources.list', ...(await readdir(directory)).map((file) => join(directory, file))];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '');
    const found = /^(?:URIs:|deb\s).*?(https?:\/\/\S+\/debian)\/?(?:\s|$)/m.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  throw new LabFault(
    'no Debian mirror in /etc/apt/sources.list or /etc/apt/sources.list.d: the lane fetches kernels there',
  );
}

/** Takes the image and the wanted modules out of a kernel package. */
async function unpack(archive: string, target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
  const raw = `${target}.raw`;
  await mkdir(raw, { recursive: true });
  // bookworm has ./lib/modules, trixie ./usr/lib/modules.
  const members = [
    './boot/vmlinuz-*',
    '*/lib/modules/*/modules.*',
    ...wanted.map((each) => `*/kernel/${each}/*`),
  ];
  const script = 'archive=$0; dpkg-deb --fsys-tarfile "$archive" | tar -x --wildcards --no-anchored -C "$@"';
  await runProgram('bash', ['-o', 'pipefail', '-c', script, archive, raw, ...members], {
    timeoutMs: 180_000,
  });
  const library = (await isThere(join(raw, 'usr/lib/modules'))) ? 'usr/lib/modules' : 'lib/modules';
  const [release] = await readdir(join(raw, library));
  const base = `${target}.base`;
  await mkdir(join(base, 'lib'), { recursive: true });
  await rename(join(raw, library), join(base, 'lib/modules'));
  await runProgram('depmod', ['-b', base, release ?? '']);
  await mkdir(target, { recursive: true });
  await rename(join(base, 'lib/modules'), join(target, 'modules'));
  await rename(join(raw, 'boot', `vmlinuz-${release}`), join(target, 'vmlinuz'));
  for (const left of [raw, base]) await rm(left, { recursive: true });
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
