import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeDirectory } from './make-directory.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'nic-herald-make-'));
  await writeFile(join(root, 'file'), '');
  await mkdir(join(root, 'there'));
  await symlink('there', join(root, 'link'));
  await symlink('nowhere', join(root, 'dangling'));
});
afterAll(() => rm(root, { recursive: true }));

it.skipIf(process.platform !== 'linux')(
  'does not spin where nothing can be made',
  async () => {
    await expect(makeDirectory('/proc/foo')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(makeDirectory('/proc/foo/bar')).rejects.toMatchObject({ code: 'ENOENT' });
  },
  5000,
);

it.each([
  ['a file is there', 'file', 'EEXIST'],
  ['a file is above it', 'file/in/it', 'ENOTDIR'],
  ['a link leads nowhere', 'dangling', 'EEXIST'],
])('is refused where %s', async (_, path, code) => {
  await expect(makeDirectory(join(root, path))).rejects.toMatchObject({ code });
});

it.each([
  ['the last part', 'one'],
  ['all that is missing', 'a/b/c'],
  ['nothing where it is there', 'there'],
  ['nothing where a link leads there', 'link'],
  ['nothing of what is the root', '..'],
])('makes %s', async (_, path) => {
  await makeDirectory(join(root, path));
  expect((await stat(join(root, path))).isDirectory()).toBe(true);
});

it('is done by two at once', async () => {
  await Promise.all(Array.from({ length: 8 }, () => makeDirectory(join(root, 'x/y/z'))));
  expect((await stat(join(root, 'x/y/z'))).isDirectory()).toBe(true);
});
