import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDirectory } from './make-directory.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nic-herald-make-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('makeDirectory', () => {
  it.skipIf(process.platform !== 'linux').each([
    ['where nothing can be made', '/proc/nic-herald', 'ENOENT'],
    ['below a place where nothing can be made', '/proc/nic-herald/a/b', 'ENOENT'],
  ])('ends %s', async (_, path, code) => {
    await expect(makeDirectory(path)).rejects.toMatchObject({ code });
  });

  it('refuses a file in its place, or in that of one above', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(makeDirectory(file)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeDirectory(join(file, 'a'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it('makes what is missing, with the mode, and leaves what is there', async () => {
    const path = join(folder, 'a', 'b', 'c');
    await makeDirectory(path, 0o700);
    await makeDirectory(path, 0o755);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });
});
