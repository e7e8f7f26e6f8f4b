import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabFault } from '../lab/lab-fault.js';
import { runProgram } from '../lab/run-program.js';

const packages = join(import.meta.dirname, '../../.cache/packages');

/** Puts what `npm run package` left into a directory as `current.deb`, and as `next.deb` one that is newer by its version alone. */
export async function packDebs(directory: string): Promise<void> {
  const [name, another] = (await readdir(packages).catch(() => [])).filter((each) => each.endsWith('.deb'));
  if (name === undefined || another !== undefined)
    throw new LabFault(`one package must be in ${packages}: run npm run package`);
  const current = join(directory, 'current.deb');
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o755 });
  await copyFile(join(packages, name), current);
  await writeNext(current, join(directory, 'next.deb'), join(directory, 'next'));
}

/** The version that comes after it, in the package's control and in what the program says of itself. */
async function writeNext(current: string, next: string, tree: string): Promise<void> {
  await runProgram('dpkg-deb', ['--raw-extract', current, tree]);
  const manifest = join(tree, 'usr/lib/nic-herald/node_modules/nic-herald/package.json');
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  for (const [file, name] of [
    [manifest, '"version": "'],
    [join(tree, 'DEBIAN/control'), 'Version: '],
  ] as const) {
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(`${name}${version}`, `${name}${version}.1`));
  }
  await runProgram('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, next]);
  await rm(tree, { recursive: true });
}
