import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabFault } from '../lab/lab-fault.js';
import { runProgram } from '../lab/run-program.js';

export const packages = join(import.meta.dirname, '../../.cache/packages');

/**
 * Puts what `npm run package` left into a directory as `current.deb`, as `next.deb` one that is newer by its
 * version alone, and as `older.deb` the one that HERALD_OLDER_DEB names.
 */
export async function packDebs(directory: string): Promise<void> {
  const [name, another] = (await readdir(packages).catch(() => [])).filter((each) => each.endsWith('.deb'));
  if (name === undefined || another !== undefined)
    throw new LabFault(`one package must be in ${packages}: run npm run package`);
  const current = join(directory, 'current.deb');
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o755 });
  await copyFile(join(packages, name), current);
  const work = join(directory, 'work');
  await copyAs((version) => `${version}.1`, current, join(directory, 'next.deb'), work);
  const { HERALD_OLDER_DEB: older } = process.env;
  if (older) await copyAs((version) => `${version}~older`, older, join(directory, 'older.deb'), work);
}

/** Copies a package with another version, in its control and in what the program says of itself. */
async function copyAs(
  rename: (version: string) => string,
  from: string,
  to: string,
  tree: string,
): Promise<void> {
  await runProgram('dpkg-deb', ['--raw-extract', from, tree]);
  const manifest = join(tree, 'usr/lib/nic-herald/node_modules/nic-herald/package.json');
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  for (const [file, name] of [
    [manifest, '"version": "'],
    [join(tree, 'DEBIAN/control'), 'Version: '],
  ] as const) {
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(`${name}${version}`, `${name}${rename(version)}`));
  }
  await runProgram('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, to]);
  await rm(tree, { recursive: true });
}
