import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from './run-program.js';

const root = join(import.meta.dirname, '../..');

/** A plugin of `examples/` as its users have it. */
export interface PackedPlugin {
  /** The folder in `examples/`. */
  readonly example: string;
  /** Its npm name. */
  readonly name: string;
}

/**
 * Packs the built example with what it needs of the workspace, installs the tarballs with npm into a folder that
 * knows nothing of the workspace, and writes a herald.yaml beside them that names the plugin. Returns its path.
 */
export async function installPackedPlugin({ example, name }: PackedPlugin, folder: string): Promise<string> {
  const tarballs = join(folder, 'tarballs');
  await rm(folder, { recursive: true, force: true });
  await mkdir(tarballs, { recursive: true });
  const { packageManager } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    readonly packageManager: string;
  };
  for (const each of ['packages/wire', 'packages/core', `examples/${example}`]) {
    await runProgram('npx', ['--yes', packageManager, 'pack', '--pack-destination', tarballs], {
      cwd: join(root, each),
    });
  }
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  const files = (await readdir(tarballs)).map((file) => join(tarballs, file));
  await runProgram('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...files], {
    cwd: folder,
  });
  const config = join(folder, 'herald.yaml');
  await writeFile(config, `plugins:\n  - '${name}'\n`);
  return config;
}
