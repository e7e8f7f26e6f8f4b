import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HeraldError } from '@nic-herald/core';
import { makeDirectory } from '@nic-herald/reports';
import { className, unscopedName } from './package-name.js';

/** What a new package with a NIC model is to be. */
export interface NewModel {
  /** Its npm name, with or without a scope. */
  readonly name: string;
  /** Where it is written: a new or an empty folder. */
  readonly folder: string;
  /** QEMU's name of the card: `rtl8139`. */
  readonly type: string;
  /** nic-herald's version, which its dependencies are to be compatible with. */
  readonly version: string;
}

const TEMPLATE = fileURLToPath(new URL('../../template/model', import.meta.url));
const TYPE = /^[A-Za-z0-9][A-Za-z0-9._,-]{0,99}$/;

/**
 * Writes the package and resolves with its files, by path in the folder. Rejects with HERALD_USAGE for a bad
 * name or type, and with HERALD_FOLDER_TAKEN for a folder that holds something or cannot be written.
 */
export const writeModelPackage = async (model: NewModel): Promise<readonly string[]> => {
  const unscoped = unscopedName(model.name);
  if (!TYPE.test(model.type)) {
    throw new HeraldError(
      'HERALD_USAGE',
      `'${model.type.slice(0, 60)}' is no type of a QEMU device, such as rtl8139`,
    );
  }
  await claimFolder(model.folder);
  const words = new Map([
    ['sample-nic-package', model.name],
    ['sample-nic-type', model.type],
    ['sample-nic', unscoped],
    ['SampleNic', className(unscoped)],
  ]);
  const fill = (text: string): string =>
    text.replace(/sample-nic(-package|-type)?|SampleNic/g, (word) => words.get(word) ?? word);
  const files = ['package.json'];
  await writeFile(join(model.folder, 'package.json'), `${JSON.stringify(manifest(model), undefined, 2)}\n`);
  for (const entry of await readdir(TEMPLATE, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath, entry.name);
    const path = fill(source.slice(TEMPLATE.length + 1));
    const target = join(model.folder, path);
    await makeDirectory(dirname(target));
    await writeFile(target, fill(await readFile(source, 'utf8')));
    files.push(path);
  }
  return files.toSorted((a, b) => (a < b ? -1 : 1));
};

const claimFolder = async (folder: string): Promise<void> => {
  const refuse = (problem: string, cause?: unknown): HeraldError =>
    new HeraldError('HERALD_FOLDER_TAKEN', `${resolve(folder)} ${problem}: give another folder with --dir`, {
      details: { folder },
      cause,
    });
  let found: readonly string[];
  try {
    await makeDirectory(folder);
    found = await readdir(folder);
  } catch (error) {
    throw refuse('cannot be used as a folder', error);
  }
  if (found.length > 0) throw refuse(`is not empty (it holds ${found.slice(0, 3).join(', ')})`);
};

const manifest = ({ name, type, version }: NewModel) => ({
  name,
  version: '0.1.0',
  description: `The network card ${type} for nic-herald`,
  keywords: ['nic-herald'],
  type: 'module',
  engines: { node: '>=20.19.0' },
  exports: { '.': './src/index.js', './package.json': './package.json' },
  files: ['src'],
  scripts: { test: 'node --test' },
  // the agent's core is used, so that there is one copy
  peerDependencies: { '@nic-herald/core': `^${version}` },
  dependencies: { '@nic-herald/wire': `^${version}`, zod: '^4.0.0' },
  devDependencies: { '@nic-herald/core': `^${version}`, '@nic-herald/testkit': `^${version}` },
});
