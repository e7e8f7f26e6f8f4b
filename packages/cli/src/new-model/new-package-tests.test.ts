import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeModelPackage } from './write-model-package.js';

const cli = join(import.meta.dirname, '../..');
const root = join(cli, '../..');
let base: string;
beforeAll(async () => {
  // where the new package finds nic-herald's packages
  await mkdir(join(cli, 'dist'), { recursive: true });
  base = await mkdtemp(join(cli, 'dist/new-model-'));
});
afterAll(() => rm(base, { recursive: true }));

/** Writes a package for a type of card, and changes its description of the card. */
const written = async (type: string, change: readonly [string, string] = ['', '']): Promise<string> => {
  const folder = await mkdtemp(join(base, 'package-'));
  await writeModelPackage({ name: 'acme-nic', type, version: '0.1.0', folder });
  const file = join(folder, 'src/acme-nic-card.js');
  const card = await readFile(file, 'utf8');
  expect(card).toContain(change[0]);
  await writeFile(file, card.replace(...change));
  return folder;
};

/** Runs its tests as `npm test` in it does, on the sources of this repository. */
const testsOf = (
  folder: string,
  ...given: readonly string[]
): Promise<{ readonly status: unknown; readonly out: string }> =>
  new Promise((resolve) => {
    const conditions = ['--conditions=nic-herald:source', '--import', 'tsx'];
    const test = [...conditions, '--test', ...given, join(folder, 'test/contract.test.js')];
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    execFile(process.execPath, test, { cwd: root, env }, (error, out) =>
      resolve({ status: error?.code ?? 0, out }),
    );
  });

it.each(['igb', 'acme,nic-2'])(
  'the tests of a new package for %s pass as they stand, on a made-up card',
  async (type) => {
    const { status, out } = await testsOf(await written(type));
    expect({ status, out }).toMatchObject({ status: 0, out: expect.stringMatching(/pass [1-9]/) as string });
  },
  60_000,
);

it.each<[string, [string, string], string]>([
  ['the offset', ['table: 0x40', 'table: 0x48'], 'the model gave 52:54:00:aa:00:01'],
  ['the number of entries', ['entries: 4', 'entries: 3'], '52:54:00:aa:00:03 missing'],
  ['the distance of entries', ['stride: 8', 'stride: 12'], 'the model gave'],
  ['the valid bit', ['valid: 0x8000_0000', 'valid: 0xffff_ffff'], '52:54:00:aa:00:01 too many'],
  [
    'the byte order',
    [
      'Uint8Array.of(low, low >>> 8, low >>> 16, low >>> 24,',
      'Uint8Array.of(low >>> 24, low >>> 16, low >>> 8, low,',
    ],
    'in another order',
  ],
])(
  'they fail, and say which MAC was expected and given, where %s is wrong',
  async (_, change, said) => {
    const { status, out } = await testsOf(await written('igb', change), '--test-name-pattern=gives');
    expect(status).not.toBe(0);
    expect(out).toContain('the model misreads');
    expect(out).toContain(said);
  },
  60_000,
);
