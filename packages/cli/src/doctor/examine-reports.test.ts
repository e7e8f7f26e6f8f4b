import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { examineReports } from './examine-reports.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'nic-herald-reports-'));
  await writeFile(join(root, 'file'), '');
});
afterAll(() => rm(root, { recursive: true }));

it.each([
  ['a file', 'file', 'problem', 'it is no directory'],
  ['below a file', 'file/in', 'problem', 'ENOTDIR'],
  ['what is not there', 'a/b/c', 'note', 'an agent makes it'],
  ['a directory', '.', 'ok', 'can be written to'],
])('reports in %s', async (_, path, level, what) => {
  expect(await examineReports(join(root, path))).toMatchObject({
    level,
    what: expect.stringContaining(what) as string,
  });
  expect(await readdir(root)).toEqual(['file']);
});
